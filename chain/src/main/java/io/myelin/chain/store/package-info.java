/** The SQLite file in which intents and cursor positions survive this process. */
@NullMarked
package io.myelin.chain.store;

import org.jspecify.annotations.NullMarked;
