/**
 * The task machine: one request from the queue to its receipt, as a pure function of state, event
 * and time. It decides; the gateway's pipeline and the simulator carry out the effects.
 */
@NullMarked
package io.myelin.protocol.task;

import org.jspecify.annotations.NullMarked;
