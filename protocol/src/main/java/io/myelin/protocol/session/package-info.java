/**
 * The session machine: a reservation of nodes plus an escrowed budget, from the request to the last
 * wei and the last slot given back, as a pure function of state, event and time.
 */
@NullMarked
package io.myelin.protocol.session;

import org.jspecify.annotations.NullMarked;
