package io.myelin.protocol.session;

import com.fasterxml.jackson.annotation.JsonFormat;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import java.math.BigInteger;
import java.util.Objects;

/**
 * What a client asks for.
 *
 * @param client account that pays and is refunded
 * @param model the model it is for, or {@code *}
 * @param redundancy nodes per task
 * @param nodes nodes to reserve
 * @param budgetWei most that may be spent
 * @param maxTasks most tasks that may be counted; 0 for no limit
 * @param expiresAtMillis when it ends at the latest
 */
public record SessionTerms(
    SessionId sessionId,
    Address client,
    String model,
    int redundancy,
    int nodes,
    @JsonFormat(shape = JsonFormat.Shape.STRING) BigInteger budgetWei,
    long maxTasks,
    long expiresAtMillis,
    SessionTimings timings) {

  /** Checks ranges. */
  public SessionTerms {
    Objects.requireNonNull(sessionId, "sessionId");
    Objects.requireNonNull(client, "client");
    Objects.requireNonNull(timings, "timings");
    if (model.isEmpty()) {
      throw new IllegalArgumentException("model: empty (expected: an id, or * for every model)");
    }
    if (redundancy < 1 || nodes < redundancy) {
      throw new IllegalArgumentException(
          "redundancy, nodes: "
              + (redundancy + ", " + nodes)
              + " (expected: >= 1, and not fewer nodes than the redundancy)");
    }
    if (budgetWei.signum() < 0 || maxTasks < 0) {
      throw new IllegalArgumentException(
          "budgetWei, maxTasks: " + budgetWei + ", " + maxTasks + " (expected: >= 0)");
    }
  }
}
