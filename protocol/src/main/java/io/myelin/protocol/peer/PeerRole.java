package io.myelin.protocol.peer;

import java.util.Optional;

/** What a peer does in the network. The codes travel in records and never change. */
public enum PeerRole {
  /** The entry for clients. */
  GATEWAY(1),
  /** Signs what committees agree on. */
  VALIDATOR(2),
  /** Runs models. */
  COMPUTE(3),
  /** Only helps others to find each other, and serves the registry; needs no stake. */
  REGISTRY(4);

  private final int code;

  PeerRole(int code) {
    this.code = code;
  }

  /** The number in records and messages, from 1. */
  public int code() {
    return code;
  }

  /** Whether a peer of this role counts only with a stake on chain. */
  public boolean needsStake() {
    return this != REGISTRY;
  }

  /** The role of a code, if it is one of this version. */
  public static Optional<PeerRole> of(int code) {
    for (PeerRole role : values()) {
      if (role.code == code) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
