package io.myelin.validator;

import io.myelin.chain.Call;
import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import io.myelin.chain.RevertReason;
import io.myelin.chain.RevertedException;
import io.myelin.chain.abi.AbiError;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.chain.abi.Reverts;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.Session;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.Param;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the checks ask the chain. */
final class ChainView {
  private final ChainClient chain;
  private final NetworkContracts network;
  private final long firstBlock;
  private final Reverts reverts;

  ChainView(ChainClient chain, NetworkContracts network, long firstBlock) {
    this.chain = chain;
    this.network = network;
    this.firstBlock = firstBlock;
    List<AbiError> errors =
        Stream.of(Session.ERRORS, SubnetRegistry.ERRORS, NodePool.ERRORS, InferencePayment.ERRORS)
            .flatMap(List::stream)
            .toList();
    this.reverts = new Reverts(errors);
  }

  ChainClient client() {
    return chain;
  }

  NetworkContracts network() {
    return network;
  }

  long firstBlock() {
    return firstBlock;
  }

  /** The chain's own clock: what its contracts compare with. */
  long nowSeconds() {
    return chain.head().timestampSeconds();
  }

  long seconds(Param param) {
    return param.of(network, chain).longValueExact();
  }

  RevertReason reason(RevertedException reverted) {
    return reverts.decode(reverted.data());
  }

  /** Why a contract would refuse this of an account now; empty when it would not. */
  Optional<RevertReason> refusal(Address from, ContractWrite write) {
    try {
      var _ =
          chain.call(new Call(Optional.of(from), write.contract(), write.data(), BigInteger.ZERO));
      return Optional.empty();
    } catch (RevertedException e) {
      return Optional.of(reason(e));
    }
  }

  /** How a session's terms came about: its opening, then each extension. */
  List<TermsEvent> history(SessionId id) {
    LogFilter filter =
        new LogFilter(
            List.of(network.sessions().address()),
            List.of(
                List.of(
                    Session.SessionOpenedEvent.TYPE.topic(),
                    Session.SessionExtendedEvent.TYPE.topic()),
                List.of(ChainTerms.word(id))));
    return logs(filter).stream().flatMap(log -> TermsEvent.from(log).stream()).toList();
  }

  /** Where a session was opened; empty for one that is not on the chain. */
  Optional<EventLog> opening(SessionId id) {
    LogFilter filter =
        new LogFilter(
            List.of(network.sessions().address()),
            List.of(
                List.of(Session.SessionOpenedEvent.TYPE.topic()), List.of(ChainTerms.word(id))));
    return logs(filter).stream().findFirst();
  }

  /** All logs since the contracts are there. */
  List<EventLog> logs(LogFilter filter) {
    return logs(filter, firstBlock, chain.head().number());
  }

  /** Logs from one block to the head, in as many questions as the endpoints want. */
  List<EventLog> logs(LogFilter filter, long first, long last) {
    return LogRanges.read(chain, filter, first, last);
  }
}
