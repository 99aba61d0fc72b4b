package io.myelin.validator;

import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.subnet.ListedModel;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.VerificationLevel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether work was done for a session of the chain, by its gateway's and its node's word. */
final class WorkTerms {
  private static final int MOST_SESSIONS = 4_096;

  private final ChainView view;
  private final Map<SessionId, Asker> askers = Bounded.byAge(MOST_SESSIONS);

  WorkTerms(ChainView view) {
    this.view = view;
  }

  private record Terms(SessionBrief brief, SessionTail tail) {}

  /** Refuses work of another session, gateway, node, model or other weights. */
  void require(SignedWork work) throws RefusedException {
    Optional<Terms> found = find(work.commit().sessionId());
    if (found.isEmpty()) {
      throw refused("session " + work.commit().sessionId() + " is not on the chain");
    }
    Terms terms = found.get();
    Address gateway = terms.brief().head().gateway();
    if (!gateway.equals(work.gateway())) {
      throw refused("offered by %s (expected: %s)".formatted(work.gateway(), gateway));
    }
    boolean seated =
        terms.brief().seats().stream().anyMatch(seat -> seat.node().equals(work.node()));
    if (!seated) {
      throw refused(work.node() + " has no seat in session " + work.commit().sessionId());
    }
    String model = work.spec().getModel();
    if (!terms.tail().allows(model)) {
      throw refused("model " + model + " (expected: the session's)");
    }
    Digest listed =
        view.network()
            .subnets()
            .modelOf(terms.tail().subnetId(), SessionTail.modelIdOf(model))
            .on(view.client())
            .weightsDigest();
    Digest signed = Digest.of(work.evidence().getWeightsDigest().toByteArray());
    if (!ListedModel.allows(listed, signed) && !wasListed(work, terms.tail(), signed)) {
      throw refused(
          "weights of %s: %s (expected: %s, or what the subnet listed since the opening)"
              .formatted(model, signed, listed));
    }
  }

  /**
   * Whether a subnet listed weights when a session was opened or after that: who lists others does
   * not make the work of running sessions worthless.
   */
  private boolean wasListed(SignedWork work, SessionTail tail, Digest weights) {
    Optional<EventLog> opening = view.opening(work.commit().sessionId());
    if (opening.isEmpty()) {
      return false;
    }
    LogFilter listings =
        new LogFilter(
            List.of(view.network().subnets().address()),
            List.of(
                List.of(SubnetRegistry.ModelListedEvent.TYPE.topic()),
                List.of(tail.subnetId()),
                List.of(SessionTail.modelIdOf(work.spec().getModel()))));
    Optional<Digest> atOpening = Optional.empty();
    for (EventLog log : view.logs(listings)) {
      Optional<Digest> listed =
          SubnetRegistry.event(log)
              .filter(SubnetRegistry.ModelListedEvent.class::isInstance)
              .map(event -> ((SubnetRegistry.ModelListedEvent) event).weightsDigest());
      if (isBefore(log, opening.get())) {
        atOpening = listed;
      } else if (listed.filter(digest -> ListedModel.allows(digest, weights)).isPresent()) {
        return true;
      }
    }
    return atOpening.filter(digest -> ListedModel.allows(digest, weights)).isPresent();
  }

  private static boolean isBefore(EventLog one, EventLog other) {
    return one.block().number() < other.block().number()
        || (one.block().number() == other.block().number() && one.index() < other.index());
  }

  /**
   * Who may show receipts of a session.
   *
   * @param level at which its work is checked
   */
  record Asker(Address gateway, VerificationLevel level) {}

  /** Whose session it is; empty for one that is not on the chain. */
  Optional<Asker> askerOf(SessionId session) {
    synchronized (askers) {
      Asker known = askers.get(session);
      if (known != null) {
        return Optional.of(known);
      }
    }
    Optional<Asker> found =
        find(session)
            .map(
                terms ->
                    new Asker(
                        terms.brief().head().gateway(),
                        VerificationLevel.of(terms.tail().verification())
                            .orElse(VerificationLevel.NONE)));
    synchronized (askers) {
      found.ifPresent(asker -> askers.put(session, asker));
    }
    return found;
  }

  /** Whether a node was judged by this already. */
  boolean isJudged(Address node, Digest evidence) {
    LogFilter filter =
        new LogFilter(
            List.of(view.network().nodes().address()),
            List.of(List.of(NodePool.JudgedEvent.TYPE.topic()), List.of(ChainTerms.word(node))));
    return view.logs(filter).stream()
        .flatMap(log -> NodePool.event(log).stream())
        .anyMatch(
            event ->
                event instanceof NodePool.JudgedEvent judged
                    && judged.verdict() == NodeVerdict.FRAUD
                    && judged.evidenceDigest().equals(evidence));
  }

  private Optional<Terms> find(SessionId session) {
    @Nullable Terms found = null;
    for (TermsEvent event : view.history(session)) {
      if (event instanceof TermsEvent.Opened opened) {
        found = new Terms(opened.brief(), opened.tail());
      } else if (event instanceof TermsEvent.Extended extended && found != null) {
        found = new Terms(extended.brief(), found.tail());
      }
    }
    return Optional.ofNullable(found);
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_WORK, detail);
  }
}
