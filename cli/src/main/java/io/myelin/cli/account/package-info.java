/** Keys on disk: encrypted, and readable by their owner only. */
@NullMarked
package io.myelin.cli.account;

import org.jspecify.annotations.NullMarked;
