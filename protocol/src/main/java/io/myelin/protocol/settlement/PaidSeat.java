package io.myelin.protocol.settlement;

import io.myelin.protocol.ids.Address;

/**
 * A node of a session as the contracts keep it.
 *
 * @param node its key
 * @param payee who gets what it earns
 */
public record PaidSeat(Address node, Address payee) {}
