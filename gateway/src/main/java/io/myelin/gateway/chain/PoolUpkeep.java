package io.myelin.gateway.chain;

import io.myelin.contracts.deploy.NetworkContracts;

/** Brings nodes back into the pool after their sessions, by a committee's verdict. */
public final class PoolUpkeep {
  PoolUpkeep(NetworkContracts network, Committee committee, ChainWrites writes, ChainView view) {}
}
