package io.myelin.committee;

import io.myelin.protocol.ids.Address;
import java.util.Optional;

/**
 * A place in a committee.
 *
 * @param number from 0
 * @param owner who staked for it
 * @param operator the key that must sign; empty when nobody may sign for this seat now
 */
record Seat(int number, Address owner, Optional<Address> operator) {}
