package io.myelin.contracts.differential;

import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.List;

/**
 * What a session is to be.
 *
 * @param name tells it from others of the same terms
 * @param gateway the gateway, or the queue
 * @param approvals how many of the committee sign; 3 are a quorum
 */
record Plan(
    String name,
    Address gateway,
    int redundancy,
    List<Address> nodes,
    BigInteger budgetWei,
    int maxTasks,
    long lifetimeSeconds,
    int approvals) {}
