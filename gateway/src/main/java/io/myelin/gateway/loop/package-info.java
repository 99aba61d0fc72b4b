/** Where things run: one-thread loops with timers, so that what belongs together needs no locks. */
@NullMarked
package io.myelin.gateway.loop;

import org.jspecify.annotations.NullMarked;
