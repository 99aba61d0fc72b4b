package io.myelin.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.cli.devnet.genesis.Person;
import io.myelin.cli.devnet.genesis.Roster;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.Outcome;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.Settlement;
import io.myelin.protocol.settlement.Split;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Works every account's money out from the events, with the rules of {@link Split}, and compares it
 * with what the contracts hold. Nothing is taken from a balance that it is to be compared with.
 */
final class Audit {
  private final ChainClient chain;
  private final NetworkContracts network;
  private final Roster roster;
  private final Map<SessionId, SessionBrief> briefs = new LinkedHashMap<>();
  private final Map<SessionId, Split> splits = new LinkedHashMap<>();
  private final Map<SessionId, Outcome> outcomes = new LinkedHashMap<>();
  private final Set<SessionId> finished = new LinkedHashSet<>();
  private final Map<Address, BigInteger> dueWei = new HashMap<>();
  private final Map<Address, BigInteger> withdrawnWei = new HashMap<>();
  private BigInteger spentWei = BigInteger.ZERO;

  /** Reads all there is. */
  Audit(ClientDesk desk, Roster roster) {
    this.chain = desk.chain();
    this.network = desk.network();
    this.roster = roster;
    Map<Digest, InferencePayment.BatchSettledEvent> batches = new LinkedHashMap<>();
    Map<Digest, BatchParts> parts = new LinkedHashMap<>();
    for (EventLog log : desk.logs()) {
      switch (TermsEvent.from(log).orElse(null)) {
        case TermsEvent.Opened opened ->
            assertThat(briefs.put(opened.sessionId(), opened.brief()))
                .as("an opening of %s before", opened.sessionId())
                .isNull();
        case TermsEvent.Extended extended -> briefs.put(extended.sessionId(), extended.brief());
        case TermsEvent.Settled settled -> {
          Split split = settled(settled);
          parts.computeIfAbsent(log.transaction(), _ -> new BatchParts()).add(split);
        }
        case TermsEvent.Corrected corrected ->
            throw new AssertionError("nobody challenged " + corrected.sessionId());
        case null -> payment(log, batches);
      }
    }
    // A batch whose sessions had all ended otherwise settles none.
    batches.forEach(
        (transaction, batch) -> shares(batch, parts.getOrDefault(transaction, new BatchParts())));
  }

  /** What the sessions of one transaction leave to validators and treasury. */
  private static final class BatchParts {
    private BigInteger validatorsWei = BigInteger.ZERO;
    private BigInteger treasuryWei = BigInteger.ZERO;

    void add(Split split) {
      validatorsWei = validatorsWei.add(split.validatorsWei());
      treasuryWei = treasuryWei.add(split.treasuryWei());
    }
  }

  private Split settled(TermsEvent.Settled settled) {
    SessionBrief brief = briefs.get(settled.sessionId());
    if (brief == null) {
      throw new AssertionError("session " + settled.sessionId() + " is settled, yet not opened");
    }
    boolean used = settled.earnedWei().stream().anyMatch(wei -> wei.signum() > 0);
    Split split =
        settled.outcome() == Outcome.CLOSED
            ? Split.of(brief, settled.receiptsRoot(), used ? 1 : 0, settled.earnedWei(), false)
            : new Split(
                Settlement.nothing(brief, settled.outcome()),
                BigInteger.ZERO,
                BigInteger.ZERO,
                BigInteger.ZERO);
    assertThat(splits.put(settled.sessionId(), split))
        .as("a settlement of %s before", settled.sessionId())
        .isNull();
    outcomes.put(settled.sessionId(), settled.outcome());
    return split;
  }

  private void payment(EventLog log, Map<Digest, InferencePayment.BatchSettledEvent> batches) {
    switch (InferencePayment.event(log).orElse(null)) {
      case InferencePayment.BatchSettledEvent batch ->
          assertThat(batches.put(log.transaction(), batch)).isNull();
      case InferencePayment.SkippedEvent skipped ->
          assertThat(splits)
              .as("a skipped session has ended before")
              .containsKey(ChainTerms.sessionId(skipped.sessionId()));
      case InferencePayment.FinalizedEvent last -> {
        SessionId id = ChainTerms.sessionId(last.sessionId());
        assertThat(finished.add(id)).as("%s ends once", id).isTrue();
        pay(id);
      }
      case InferencePayment.WithdrawnEvent withdrawn ->
          withdrawnWei.merge(withdrawn.account(), withdrawn.amountWei(), BigInteger::add);
      case null, default -> {}
    }
  }

  private void pay(SessionId id) {
    SessionBrief brief = briefs.get(id);
    Split split = splits.get(id);
    assertThat(split).as("the settlement of %s", id).isNotNull();
    if (brief == null || split == null) {
      return;
    }
    Settlement settlement = split.settlement();
    for (int seat = 0; seat < brief.seats().size(); seat++) {
      due(brief.seats().get(seat).payee(), settlement.nodeWei().get(seat));
    }
    due(brief.head().gatewayPayee(), settlement.gatewayWei());
    due(brief.head().client(), settlement.clientWei());
    spentWei = spentWei.add(split.spentWei());
  }

  private void shares(InferencePayment.BatchSettledEvent batch, BatchParts parts) {
    BigInteger signers = BigInteger.valueOf(batch.signers().size());
    BigInteger each = parts.validatorsWei.divide(signers);
    batch.signers().forEach(signer -> due(signer, each));
    BigInteger treasury =
        parts.treasuryWei.add(parts.validatorsWei).subtract(each.multiply(signers));
    due(network.parameters().treasury().on(chain), treasury);
    assertThat(batch.validatorsWei()).isEqualTo(each.multiply(signers));
    assertThat(batch.treasuryWei()).isEqualTo(treasury);
  }

  private void due(Address account, BigInteger wei) {
    dueWei.merge(account, wei, BigInteger::add);
  }

  /** Sessions that the chain knows. */
  Set<SessionId> sessions() {
    return briefs.keySet();
  }

  /** Sessions that ended so. */
  long ended(Outcome outcome) {
    return outcomes.values().stream().filter(one -> one == outcome).count();
  }

  /** All that was spent. */
  BigInteger spentWei() {
    return spentWei;
  }

  /** What was settled for one session; zero when nothing was. */
  BigInteger spentWei(SessionId session) {
    Split split = splits.get(session);
    return split == null ? BigInteger.ZERO : split.spentWei();
  }

  /** Whether a session's gateway settled it. */
  boolean isClosed(SessionId session) {
    return outcomes.get(session) == Outcome.CLOSED;
  }

  /** Every session is final, and every token is where it belongs. */
  void check(BigInteger clientStartWei) {
    assertThat(finished).as("sessions that are final").isEqualTo(briefs.keySet());
    for (SessionId session : briefs.keySet()) {
      assertThat(network.payment().recordOf(ChainTerms.word(session)).on(chain).phase())
          .as("phase of %s", session)
          .isGreaterThan(ClientDesk.SETTLED);
    }
    BigInteger creditsWei = BigInteger.ZERO;
    BigInteger heldWei = BigInteger.ZERO;
    for (Address account : people()) {
      BigInteger credits = network.payment().credits(account).on(chain);
      assertThat(credits.add(withdrawnWei.getOrDefault(account, BigInteger.ZERO)))
          .as("credited to %s", account)
          .isEqualTo(dueWei.getOrDefault(account, BigInteger.ZERO));
      creditsWei = creditsWei.add(credits);
      heldWei = heldWei.add(balance(account));
    }
    assertThat(people()).as("whoever is due something").containsAll(dueWei.keySet());
    assertThat(balance(network.payment().address()))
        .as("the payment contract holds credits and no escrow")
        .isEqualTo(creditsWei);
    Address client = roster.client().address();
    assertThat(balance(client).add(network.payment().credits(client).on(chain)))
        .as("the client's money")
        .isEqualTo(clientStartWei.subtract(spentWei));
    for (Address contract :
        List.of(
            network.payment().address(),
            network.validators().address(),
            network.subnets().address(),
            network.nodes().address())) {
      heldWei = heldWei.add(balance(contract));
    }
    assertThat(heldWei).as("all tokens").isEqualTo(network.token().totalSupply().on(chain));
  }

  private Set<Address> people() {
    Set<Address> all = new LinkedHashSet<>();
    Stream.of(roster.gateways(), roster.compute(), roster.validators())
        .flatMap(List::stream)
        .map(Person::owner)
        .forEach(owner -> all.add(owner.address()));
    all.add(roster.client().address());
    all.add(roster.admin().address());
    all.add(roster.treasury().address());
    return all;
  }

  private BigInteger balance(Address account) {
    return network.token().balanceOf(account).on(chain);
  }
}
