/** The gateway's memory on disk: one SQLite file, one writer thread, commits in groups. */
@NullMarked
package io.myelin.gateway.journal;

import org.jspecify.annotations.NullMarked;
