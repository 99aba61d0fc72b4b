package io.myelin.gateway.session;

import com.google.protobuf.ByteString;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.selection.SelectionSeed;
import io.myelin.protocol.session.SessionEvent;
import io.myelin.protocol.session.SessionMachine;
import io.myelin.protocol.session.SessionMachine.Stamped;
import io.myelin.protocol.session.SessionState;
import io.myelin.protocol.session.SessionTerms;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One session in memory. Guarded by the service's lock, but for what never changes. */
final class LiveSession {
  final SessionArchive.Opened opened;
  final SelectionSeed seed;
  final ByteString keyHash;

  /** Nodes in the order they were drawn, those lost since included. */
  private final List<Address> drawn = new ArrayList<>();

  SessionState state;

  /** Whether events go to the journal: not before the session itself is there. */
  boolean stored;

  /** What happened before the session itself was stored. */
  final List<Stamped> unstored = new ArrayList<>();

  CompletableFuture<Void> lastWrite = CompletableFuture.allOf();

  /** Completes when the session is active, or will never be. */
  final CompletableFuture<Void> settled = new CompletableFuture<>();

  /** What opens it; null in a session of an earlier run. */
  @Nullable SessionOpening opening;

  /** Its terms on chain, once it is there. Read and written under the lock, set from any thread. */
  volatile @Nullable OnChain onChain;

  /** Whether a settlement or refund is under way. */
  volatile boolean moneyMoves;

  private volatile @Nullable SessionRefusedException refusal;
  NodePool.@Nullable Draw lastDraw;

  LiveSession(
      SessionTerms terms, long nowMillis, SessionArchive.Opened opened, ByteString keyHash) {
    this(SessionMachine.request(terms, nowMillis).state(), opened, keyHash);
  }

  LiveSession(SessionState state, SessionArchive.Opened opened, ByteString keyHash) {
    this.state = state;
    this.opened = opened;
    this.keyHash = keyHash;
    this.seed =
        SelectionSeed.open(
            SelectionSeed.commitmentTo(opened.gatewaySecret()),
            opened.request().nonce(),
            opened.gatewaySecret());
  }

  String id() {
    return state.terms().sessionId().hex();
  }

  SessionId sessionId() {
    return state.terms().sessionId();
  }

  /** Notes why it is not opened; the first reason counts. */
  void refuse(SessionRefusedException.Reason reason, String why) {
    if (refusal == null) {
      refusal = new SessionRefusedException(reason, why);
    }
  }

  @Nullable SessionRefusedException refusal() {
    return refusal;
  }

  /** Remembers what an event told. */
  void note(SessionEvent event) {
    if (event instanceof SessionEvent.NodesSelected selected) {
      drawn.removeAll(selected.nodes());
      drawn.addAll(selected.nodes());
    }
  }

  SessionView view() {
    var terms = state.terms();
    return new SessionView(
        id(),
        terms.client().toString(),
        state.phase().label(),
        terms.model(),
        terms.redundancy(),
        grant().verification().label(),
        terms.budgetWei(),
        state.spentWei(),
        state.counted().size(),
        terms.maxTasks(),
        state.requestedAtMillis(),
        terms.expiresAtMillis(),
        nodes());
  }

  SessionGrant grant() {
    var terms = state.terms();
    return new SessionGrant(
        id(),
        terms.client().toString(),
        terms.model(),
        terms.redundancy(),
        opened.request().verification(),
        opened.price(),
        nodes(),
        terms.expiresAtMillis());
  }

  OpenedSession.Selection selection() {
    Digest secret = opened.gatewaySecret();
    return new OpenedSession.Selection(secret, SelectionSeed.commitmentTo(secret), seed.value());
  }

  private List<String> nodes() {
    List<Address> reserved = state.reservedNodes();
    return drawn.stream().filter(reserved::contains).map(Address::toString).toList();
  }
}
