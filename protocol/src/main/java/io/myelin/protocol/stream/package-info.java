/** The hash chain that a task's stream is committed to, chunk by chunk. */
@NullMarked
package io.myelin.protocol.stream;

import org.jspecify.annotations.NullMarked;
