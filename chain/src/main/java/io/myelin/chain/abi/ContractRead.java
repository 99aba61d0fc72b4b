package io.myelin.chain.abi;

import io.myelin.chain.Bytes;
import io.myelin.chain.Call;
import io.myelin.chain.ChainClient;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A question to a contract, with the reader of its answer. Bindings make these.
 *
 * @param contract who is asked
 * @param function what
 * @param data selector and arguments
 * @param answer turns the decoded outputs into the answer
 */
public record ContractRead<R>(
    Address contract, AbiFunction function, Bytes data, Function<List<Object>, R> answer) {

  /**
   * Asks in the newest state.
   *
   * @throws io.myelin.chain.ChainException when the contract reverts or no endpoint answers
   * @throws AbiException when the answer is not what the binding says
   */
  public R on(ChainClient chain) {
    return answer.apply(function.decode(chain.call(Call.to(contract, data))));
  }

  /** Asks in the newest state, as this account: for answers that depend on who asks. */
  public R as(Address from, ChainClient chain) {
    Call call = new Call(Optional.of(from), Optional.of(contract), data, BigInteger.ZERO);
    return answer.apply(function.decode(chain.call(call)));
  }

  /** Asks in the state after a block. */
  public R on(ChainClient chain, long blockNumber) {
    return answer.apply(function.decode(chain.call(Call.to(contract, data), blockNumber)));
  }
}
