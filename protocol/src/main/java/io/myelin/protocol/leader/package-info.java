/**
 * Who of the validators does what only one has to do, and when the next steps in. No I/O, no clock.
 */
@NullMarked
package io.myelin.protocol.leader;

import org.jspecify.annotations.NullMarked;
