/**
 * Who is in the network: signed node records, the rules for the addresses in them, and (in {@code
 * lookup}, {@code book} and {@code store}) the machines that find peers, believe them and keep what
 * they announce.
 */
@NullMarked
package io.myelin.protocol.peer;

import org.jspecify.annotations.NullMarked;
