package io.myelin.cli.chaos;

import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.chain.rpc.ChainSettings;
import io.myelin.chain.rpc.RpcChainClient;
import io.myelin.chain.store.ChainStore;
import io.myelin.chain.transaction.ChainSender;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.cli.node.ChainLink;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.Outcome;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.Settlement;
import io.myelin.protocol.settlement.Split;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** What clients do and see on chain themselves, without their gateway. */
final class ClientDesk implements AutoCloseable {
  /** Of {@code recordOf}: the contract has never heard of the session. */
  static final long UNKNOWN = 0;

  /** Of {@code recordOf}: the money of a session has a destination from here on. */
  static final long SETTLED = 3;

  /** Open: neither closing nor ended. */
  static final long ACTIVE = 1;

  /** How long a settlement can be challenged, and a gateway may be late with it. */
  static final Duration WINDOW = Duration.ofDays(1);

  private static final int PATIENCE_SECONDS = 60;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final ChainStore store;
  private final ChainSender sender;
  private final Map<String, Integer> attempts = new ConcurrentHashMap<>();

  ClientDesk(ChainLink link, OperatorKey key, Path folder) {
    this.chain = RpcChainClient.connect(ChainSettings.of(link.chainId(), link.rpc()));
    this.network = NetworkContracts.at(chain, link.directory());
    this.store = ChainStore.open(folder.resolve("client.db"));
    this.sender =
        ChainSender.start(
            chain,
            key,
            store.intents(link.chainId(), chain.genesis(), key.address()),
            SenderPolicy.local(),
            InstantSource.system());
  }

  ChainClient chain() {
    return chain;
  }

  NetworkContracts network() {
    return network;
  }

  /** The phase of a session at the head, as the payment contract numbers it; its logs are there. */
  long phase(SessionId session) {
    return network
        .payment()
        .recordOf(ChainTerms.word(session))
        .on(chain, chain.head().number())
        .phase();
  }

  /** Logs of both contracts that move money, in the chain's order. */
  List<EventLog> logs() {
    return chain.logs(
        LogFilter.of(network.sessions().address(), network.payment().address()),
        0,
        chain.head().number());
  }

  /** Every session there is, with its newest terms. */
  Map<SessionId, SessionBrief> opened() {
    Map<SessionId, SessionBrief> all = new LinkedHashMap<>();
    for (EventLog log : logs()) {
      switch (TermsEvent.from(log).orElse(null)) {
        case TermsEvent.Opened opened -> all.put(opened.sessionId(), opened.brief());
        case TermsEvent.Extended extended -> all.put(extended.sessionId(), extended.brief());
        case null, default -> {}
      }
    }
    return all;
  }

  /** A session's newest terms; empty when the chain does not know it now. */
  Optional<SessionBrief> brief(SessionId session) {
    return Optional.ofNullable(opened().get(session));
  }

  /** How a session's money goes, as its event says. */
  Settlement settlement(SessionBrief brief) {
    for (EventLog log : logs()) {
      if (TermsEvent.from(log).orElse(null) instanceof TermsEvent.Settled settled
          && settled.sessionId().equals(brief.sessionId())) {
        return settled.outcome() == Outcome.CLOSED
            ? Split.of(brief, settled.receiptsRoot(), tasks(settled), settled.earnedWei(), false)
                .settlement()
            : Settlement.nothing(brief, settled.outcome());
      }
    }
    throw new IllegalStateException("session " + brief.sessionId() + " is not settled");
  }

  private static long tasks(TermsEvent.Settled settled) {
    return settled.earnedWei().stream().anyMatch(wei -> wei.signum() > 0) ? 1 : 0;
  }

  /** Ends an active session without its gateway. */
  boolean close(SessionBrief brief) {
    return send(
        "close/" + brief.sessionId(), network.sessions().close(ChainTerms.forSession(brief)));
  }

  /** The same once more, where the chain took back more blocks than were waited for. */
  boolean closeAgain(SessionBrief brief) {
    return send(
        "close-again/" + brief.sessionId(), network.sessions().close(ChainTerms.forSession(brief)));
  }

  /** Takes back the budget of a session that nobody settled in time. */
  boolean expire(SessionBrief brief) {
    return send(
        "expire/" + brief.sessionId(), network.payment().expire(ChainTerms.forPayment(brief)));
  }

  /** Turns a settlement into credits. */
  boolean payOut(SessionBrief brief) {
    return send(
        "pay-out/" + brief.sessionId(),
        network
            .payment()
            .finalize_(
                List.of(ChainTerms.forPayment(brief)),
                List.of(ChainTerms.forPayment(settlement(brief)))));
  }

  /** Fetches the client's credits. */
  boolean withdraw(String name) {
    return send(name, network.payment().withdraw(sender.account()));
  }

  /** Ends, pays out and withdraws whatever the chain lets its client now. */
  void collect(Predicate<SessionId> which) {
    try {
      for (SessionBrief brief : opened().values()) {
        SessionId id = brief.sessionId();
        if (!which.test(id)) {
          continue;
        }
        long phase = phase(id);
        long now = chain.head().timestampSeconds();
        long due =
            network.payment().recordOf(ChainTerms.word(id)).on(chain).time().longValueExact();
        long overdue = phase == ACTIVE ? due + WINDOW.toSeconds() : due;
        if (phase < SETTLED && now >= overdue) {
          boolean _ = expire(brief);
        } else if (phase == SETTLED && now >= due) {
          boolean _ = payOut(brief);
        }
      }
      if (creditsWei().signum() > 0) {
        boolean _ = withdraw("withdraw/" + chain.head().hash());
      }
    } catch (ChainException e) {
      // The chain is dead just now; the next round goes on.
    }
  }

  BigInteger creditsWei() {
    return network.payment().credits(sender.account()).on(chain);
  }

  /** Whether it is done; false when the contract refuses it, or nothing is known in time. */
  private boolean send(String name, ContractWrite write) {
    // What was refused had no effect, and may be tried again under another name.
    int attempt = attempts.merge(name, 0, Integer::sum);
    try {
      boolean done =
          sender
                  .submit(TransactionIntent.of(name + "/" + attempt, write))
                  .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
              instanceof TransactionOutcome.Succeeded;
      if (!done) {
        attempts.put(name, attempt + 1);
      }
      return done;
    } catch (TimeoutException | ChainException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    sender.close();
    store.close();
    chain.close();
  }
}
