package io.myelin.chain;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * Reads a chain and hands it signed transactions, through whichever of its endpoints answers. Every
 * method blocks for a bounded time (call it on a virtual thread), may be called from any thread,
 * and fails with a {@link ChainException} only.
 */
public interface ChainClient extends AutoCloseable {
  /** EIP-155 number of the chain, as configured and checked at each endpoint. */
  long chainId();

  /** Hash of block 0: tells two development chains with one id apart. */
  Digest genesis();

  /** The newest block an endpoint that is not behind the others knows. */
  BlockHeader head();

  /** The block at a height of the branch that holds now; empty above the head. */
  Optional<BlockHeader> block(long number);

  /**
   * Logs of blocks first to last, both included, ordered by block and index.
   *
   * @throws RangeRefusedException when the endpoints want a smaller range
   */
  List<EventLog> logs(LogFilter filter, long first, long last);

  /**
   * Logs of exactly this block, whatever branch holds now.
   *
   * @throws BlockUnknownException when the block was reorganised away
   */
  List<EventLog> logs(LogFilter filter, BlockRef block);

  /**
   * What a contract answers now, without a transaction.
   *
   * @throws RevertedException when it reverts
   */
  Bytes call(Call call);

  /**
   * What a contract would have answered after a block.
   *
   * @throws RevertedException when it reverts
   */
  Bytes call(Call call, long blockNumber);

  /**
   * Gas a transaction needs in the state that includes what waits in the mempool.
   *
   * @throws RevertedException when it would revert
   */
  long estimateGas(Call call);

  /** Prices of the blocks to come. */
  FeeMarket fees();

  /** Transactions of an account in the branch that holds now: its next nonce. */
  long nonce(Address account);

  /** The same, counting those that wait in the endpoint's mempool. */
  long pendingNonce(Address account);

  /** Wei an account holds. */
  BigInteger balance(Address account);

  /** A contract's code; empty for an account without one. */
  Bytes code(Address account);

  /** What became of a transaction; empty while no block of the branch that holds now has it. */
  Optional<TransactionReceipt> receipt(Digest transaction);

  /**
   * What a transaction calls its contract with, which anybody may read; empty while no endpoint
   * knows of it.
   */
  Optional<Bytes> input(Digest transaction);

  /**
   * Hands a signed transaction to the chain. Doing so twice is harmless.
   *
   * @param hash Keccak-256 of {@code signed}
   * @throws TransactionRefusedException when the endpoint will not have it; the reason says whether
   *     another price or time helps
   */
  void send(Bytes signed, Digest hash);

  /** Gives the connections back. */
  @Override
  void close();
}
