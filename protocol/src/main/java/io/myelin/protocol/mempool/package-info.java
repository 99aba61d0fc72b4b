/**
 * Session requests that wait for any gateway of their subnet: what a pool of them keeps, and which
 * gateway takes one up when. Pure.
 */
@NullMarked
package io.myelin.protocol.mempool;

import org.jspecify.annotations.NullMarked;
