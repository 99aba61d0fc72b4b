package io.myelin.chain.local;

import io.myelin.chain.rpc.RawRpc;
import java.net.URI;
import java.time.Duration;

/** Calls that only a development chain understands; for devnet and tests. */
public final class AnvilCheats implements AutoCloseable {
  private final RawRpc rpc;

  /** Of the Anvil at this address. */
  public AnvilCheats(URI uri) {
    this.rpc = new RawRpc(uri, Duration.ofSeconds(30));
  }

  /**
   * Any call; objects as parameters are JSON texts' values.
   *
   * @return the result as JSON text
   * @throws LocalChainException when Anvil refuses or does not answer
   */
  public String call(String method, Object... parameters) {
    try {
      return rpc.call(method, parameters);
    } catch (RawRpc.CallFailedException e) {
      throw new LocalChainException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Makes so many blocks. */
  public void mine(int blocks) {
    call("anvil_mine", "0x" + Integer.toHexString(blocks));
  }

  /** Whether each transaction gets a block at once. */
  public void automine(boolean on) {
    call("evm_setAutomine", on);
  }

  /** Remembers the chain as it is. */
  public String snapshot() {
    return call("evm_snapshot").replace("\"", "");
  }

  /** Goes back to a remembered chain; what came after it never was. */
  public void revert(String snapshot) {
    call("evm_revert", snapshot);
  }

  /** Replaces the last blocks by as many empty ones. */
  public void reorg(int depth) {
    call("anvil_reorg", depth, java.util.List.of());
  }

  /** Forgets a transaction that waits. */
  public void drop(String transactionHash) {
    call("anvil_dropTransaction", transactionHash);
  }

  /** Moves the clock of the next block. */
  public void advance(Duration time) {
    call("evm_increaseTime", time.toSeconds());
  }

  /** Sets the base fee of the next block. */
  public void nextBaseFee(java.math.BigInteger wei) {
    call("anvil_setNextBlockBaseFeePerGas", "0x" + wei.toString(16));
  }

  @Override
  public void close() {
    rpc.close();
  }
}
