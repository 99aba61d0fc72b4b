/**
 * Checks what other nodes signed, with an engine of one's own; and what such checks are tried on.
 */
@NullMarked
package io.myelin.engine.check;

import org.jspecify.annotations.NullMarked;
