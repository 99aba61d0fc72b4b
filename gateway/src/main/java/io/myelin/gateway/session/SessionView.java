package io.myelin.gateway.session;

import java.math.BigInteger;
import java.util.List;

/**
 * A session as it is now.
 *
 * @param id 64 hex digits
 * @param client address of the client's account
 * @param state requested, approved, active, settling, closed, expired, failed
 * @param model the model it was opened for, or {@code *} for every model of the subnet
 * @param redundancy nodes per task
 * @param verification the label of its level
 * @param budgetWei escrowed
 * @param spentWei counted so far
 * @param tasksDone tasks counted so far
 * @param maxTasks most tasks; 0 for no limit
 * @param expiresAtMillis when it expires
 * @param nodes ids of the nodes reserved for it
 */
public record SessionView(
    String id,
    String client,
    String state,
    String model,
    int redundancy,
    String verification,
    BigInteger budgetWei,
    BigInteger spentWei,
    long tasksDone,
    long maxTasks,
    long createdAtMillis,
    long expiresAtMillis,
    List<String> nodes) {}
