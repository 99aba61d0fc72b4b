package io.myelin.gateway.session;

import io.myelin.protocol.work.VerificationLevel;
import java.util.List;

/**
 * What a session grants its tasks.
 *
 * @param sessionId 64 hex digits
 * @param client address of the client's account
 * @param model the model it was opened for, or {@code *} for every model of the subnet
 * @param redundancy how many nodes run each task
 * @param verificationLevel number of a {@link VerificationLevel}
 * @param price of every model in it, agreed to when it was opened
 * @param nodes addresses of the nodes that hold a slot for it, in drawing order
 * @param expiresAtMillis no task may end after this (Unix time)
 */
public record SessionGrant(
    String sessionId,
    String client,
    String model,
    int redundancy,
    int verificationLevel,
    TokenPrice price,
    List<String> nodes,
    long expiresAtMillis) {

  /** Copies the nodes. */
  public SessionGrant {
    nodes = List.copyOf(nodes);
  }

  /** How much of the work validators check. */
  public VerificationLevel verification() {
    return VerificationLevel.of(verificationLevel).orElse(VerificationLevel.NONE);
  }

  /** Whether tasks for this model may run in the session. */
  public boolean allowsModel(String wanted) {
    return model.equals("*") || model.equals(wanted);
  }
}
