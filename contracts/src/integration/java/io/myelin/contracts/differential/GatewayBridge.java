package io.myelin.contracts.differential;

import io.myelin.chain.Bytes;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.InferencePayment.Item;
import io.myelin.contracts.InferencePayment.Settlement;
import io.myelin.contracts.Session;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.differential.Committee.Attested;
import io.myelin.contracts.differential.GatewayCommand.Kind;
import io.myelin.contracts.differential.Step.Question;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.session.SessionPhase.CloseCause;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** What happens to sessions, once as events of Java's machines and once as transactions. */
final class GatewayBridge {
  private static final OperatorKey FORGER = OperatorKey.generate(new Random(99));
  private static final Digest SESSION_CLOSE = Words.text("SessionClose(bytes32 sessionId)");

  private final GatewayBase base;
  private final GatewayLedger java;
  private final NetworkContracts contracts;
  private final Address gateway;
  private final Address client;
  private final GatewayViews views;
  private final List<Step> steps = new ArrayList<>();

  GatewayBridge(GatewayBase base, GatewayLedger java) {
    this.base = base;
    this.java = java;
    contracts = base.network().contracts();
    gateway = base.network().gateway().address();
    client = base.network().client().address();
    views = new GatewayViews(base, java);
  }

  GatewayViews views() {
    return views;
  }

  /** Who closes a session. */
  enum Closer {
    CLIENT,
    GATEWAY,
    /** Somebody with the client's signature. */
    RELAYER,
    /** Somebody with the signature of somebody else. */
    FORGER,
    STRANGER
  }

  void add(Step step) {
    steps.add(step);
  }

  private void add(
      String what,
      GatewayTwin s,
      long nowSeconds,
      Address from,
      ContractWrite write,
      Optional<String> rejection) {
    String name = what + " " + s.terms().sessionId().shortHex();
    add(Step.quiet(name, nowSeconds, from, write, rejection, List.of(views.record(s))));
  }

  private void add(
      String what,
      List<GatewayTwin> sessions,
      long nowSeconds,
      Address from,
      ContractWrite write,
      Optional<String> rejection,
      List<String> told) {
    List<Question<?>> questions = new ArrayList<>();
    sessions.forEach(s -> questions.add(views.record(s)));
    String names =
        String.valueOf(sessions.stream().map(s -> s.terms().sessionId().shortHex()).toList());
    add(
        new Step(
            what + " " + names,
            nowSeconds,
            from,
            write,
            rejection,
            told,
            views::telling,
            questions));
  }

  // Opening and closing.

  void open(GatewayTwin s, long nowSeconds) {
    boolean approved = s.state() != null;
    Optional<String> rejection =
        s.open(java.pool(), java.clientWei(), java.approvals(s), nowSeconds);
    if (rejection.isEmpty() && !approved) {
      java.paysWei(s.budgetWei());
    }
    ContractWrite write = contracts.sessions().open(s.terms().opening(), Openings.noPermit());
    add("open", s, nowSeconds, Network.STRANGER, write, rejection);
  }

  void close(GatewayTwin s, Closer closer, long nowSeconds) {
    Optional<String> rejection =
        switch (closer) {
          // Who may is the shell's business in Java.
          case STRANGER -> Optional.of("NotAllowed");
          case FORGER -> Optional.of("BadClientSignature");
          case GATEWAY -> s.close(CloseCause.OPERATOR, java.pool(), nowSeconds);
          case CLIENT, RELAYER -> s.close(CloseCause.CLIENT, java.pool(), nowSeconds);
        };
    Session.Brief brief = s.terms().brief();
    ContractWrite write =
        switch (closer) {
          case RELAYER ->
              contracts.sessions().closeFor(brief, signed(base.network().client(), brief));
          case FORGER -> contracts.sessions().closeFor(brief, signed(FORGER, brief));
          case CLIENT, GATEWAY, STRANGER -> contracts.sessions().close(brief);
        };
    Address from =
        switch (closer) {
          case CLIENT -> client;
          case GATEWAY -> gateway;
          case RELAYER, FORGER, STRANGER -> Network.STRANGER;
        };
    add("close, by " + closer, s, nowSeconds, from, write, rejection);
  }

  private Bytes signed(OperatorKey key, Session.Brief brief) {
    Digest structHash = Words.hash(SESSION_CLOSE, brief.sessionId());
    return Bytes.of(key.sign(Committee.typed(contracts.domain(), structHash)).bytes());
  }

  // Settling.

  void settle(List<GatewayTwin> sessions, Kind kind, int signers, long nowSeconds) {
    boolean rescued = kind == Kind.RESCUE;
    List<Item> items = new ArrayList<>();
    List<Settlement> agreed = new ArrayList<>();
    Digest rolling = Digest.ZERO;
    for (GatewayTwin s : sessions) {
      List<BigInteger> earnedWei = earnedWei(s, kind);
      int tasks = kind == Kind.SETTLE_TOO_MANY_TASKS ? 1_000 : s.tasks();
      Settlement settlement = Settlements.settlement(s.terms(), earnedWei, rescued);
      items.add(Settlements.item(s.terms(), tasks, earnedWei));
      agreed.add(settlement);
      if (settlement.clientWei().signum() >= 0) {
        rolling = Settlements.rolling(rolling, s.terms(), settlement, tasks);
      }
    }
    Digest signed = kind == Kind.SETTLE_OTHERS_SIGNED ? Words.hash(rolling) : rolling;
    Attested word = Settlements.attest(base.network(), gateway, java.batch(), signed, signers);
    Optional<String> rejection = refusal(sessions, kind, signers, nowSeconds);
    List<String> told =
        rejection.isEmpty() ? carryOut(sessions, agreed, word, rescued, nowSeconds) : List.of();
    InferencePayment payment = contracts.payment();
    add(
        kind.name(),
        sessions,
        nowSeconds,
        rescued || kind == Kind.SETTLE_BY_STRANGER ? Network.STRANGER : gateway,
        rescued
            ? payment.rescue(gateway, items, word.seats(), word.signatures())
            : payment.settle(items, word.seats(), word.signatures()),
        rejection,
        told);
  }

  private static List<BigInteger> earnedWei(GatewayTwin s, Kind kind) {
    List<BigInteger> earnedWei = new ArrayList<>(s.earnedWei());
    if (kind == Kind.SETTLE_OVER_BUDGET) {
      BigInteger overWei = s.budgetWei().subtract(s.spentWei()).add(BigInteger.ONE);
      earnedWei.set(0, earnedWei.getFirst().add(overWei));
    }
    if (kind == Kind.SETTLE_WRONG_SEATS) {
      earnedWei.add(BigInteger.ZERO);
    }
    return earnedWei;
  }

  /**
   * Java's shell asks for a settlement when its machine does, of what its machine counted. What has
   * ended since is no reason to refuse the others.
   */
  private Optional<String> refusal(
      List<GatewayTwin> sessions, Kind kind, int signers, long nowSeconds) {
    for (GatewayTwin s : sessions) {
      if (kind == Kind.SETTLE_BY_STRANGER) {
        return Optional.of("NotAllowed");
      }
      if (kind == Kind.RESCUE && s.unsettled() && nowSeconds < s.overdueAt()) {
        return Optional.of("TooEarly");
      }
      if (s.state() == null) {
        return Optional.of("WrongPhase");
      }
      if (kind == Kind.SETTLE_WRONG_SEATS) {
        return Optional.of("BadAmounts");
      }
      if (kind == Kind.SETTLE_OVER_BUDGET) {
        return Optional.of("OverBudget");
      }
      if (kind == Kind.SETTLE_TOO_MANY_TASKS && s.terms().brief().head().maxTasks() > 0) {
        return Optional.of("BadTasks");
      }
    }
    if (nowSeconds >= base.staleAtSeconds()) {
      return Optional.of("CommitteeStale");
    }
    if (kind == Kind.SETTLE_OTHERS_SIGNED) {
      return Optional.of("BadSigner");
    }
    return signers < 3 ? Optional.of("NoQuorum") : Optional.empty();
  }

  private List<String> carryOut(
      List<GatewayTwin> sessions,
      List<Settlement> agreed,
      Attested word,
      boolean rescued,
      long nowSeconds) {
    List<String> told = new ArrayList<>();
    BigInteger validatorsWei = BigInteger.ZERO;
    BigInteger treasuryWei = BigInteger.ZERO;
    for (int i = 0; i < sessions.size(); i++) {
      GatewayTwin s = sessions.get(i);
      Settlement settlement = agreed.get(i);
      if (!s.unsettled()) {
        told.add(Settlements.skipped(s.terms().sessionId(), (long) s.record().getFirst()));
        continue;
      }
      s.settled(
          settlement, rescued ? CloseCause.EXPIRY : CloseCause.OPERATOR, java.pool(), nowSeconds);
      // What Java counted is what is paid.
      BigInteger spentWei = s.spentWei();
      BigInteger partWei = Books.percent(spentWei, 5);
      validatorsWei = validatorsWei.add(partWei);
      treasuryWei =
          treasuryWei
              .add(spentWei)
              .subtract(Books.sum(settlement.nodeWei()))
              .subtract(settlement.gatewayWei())
              .subtract(partWei);
      told.add(Settlements.told(s.terms(), settlement, s.settledUntil()));
    }
    BigInteger eachWei = validatorsWei.divide(BigInteger.valueOf(word.signers().size()));
    BigInteger outWei = eachWei.multiply(BigInteger.valueOf(word.signers().size()));
    word.signers().forEach(signer -> java.books().credit(signer, eachWei));
    treasuryWei = treasuryWei.add(validatorsWei).subtract(outWei);
    java.books().credit(Network.TREASURY, treasuryWei);
    told.add(
        "batch %d, to validators %d, to the treasury %d"
            .formatted(java.batch(), outWei, treasuryWei));
    java.batchIsSettled();
    return told;
  }

  void giveUp(GatewayTwin s, boolean byGateway, long nowSeconds) {
    Optional<String> rejection =
        !byGateway
            ? Optional.of("NotAllowed")
            : s.unsettled() ? Optional.empty() : Optional.of("WrongPhase");
    ContractWrite write = contracts.payment().fail(s.terms().paymentBrief());
    settleNothing(
        "fail", s, byGateway ? gateway : Network.STRANGER, write, 2, rejection, nowSeconds);
  }

  void expire(GatewayTwin s, long nowSeconds) {
    Optional<String> rejection =
        nowSeconds < s.overdueAt()
            ? Optional.of("TooEarly")
            : s.unsettled() ? Optional.empty() : Optional.of("WrongPhase");
    ContractWrite write = contracts.payment().expire(s.terms().paymentBrief());
    settleNothing("expire", s, Network.STRANGER, write, 1, rejection, nowSeconds);
  }

  private void settleNothing(
      String what,
      GatewayTwin s,
      Address from,
      ContractWrite write,
      int outcome,
      Optional<String> rejection,
      long nowSeconds) {
    List<String> told = new ArrayList<>();
    if (rejection.isEmpty()) {
      Settlement nothing = Settlements.nothing(s.terms(), outcome);
      s.settled(nothing, CloseCause.OPERATOR, java.pool(), nowSeconds);
      told.add(Settlements.told(s.terms(), nothing, s.settledUntil()));
    }
    add(what, List.of(s), nowSeconds, from, write, rejection, told);
  }

  void finalizeAll(List<GatewayTwin> sessions, boolean forged, long nowSeconds) {
    List<Settlement> shown = new ArrayList<>();
    Optional<String> rejection = Optional.empty();
    Set<GatewayTwin> before = new HashSet<>();
    for (GatewayTwin s : sessions) {
      Settlement agreed = s.settlement();
      Settlement known = agreed == null ? Settlements.nothing(s.terms(), 1) : agreed;
      shown.add(forged ? forged(known) : known);
      boolean open = s.record().getFirst().equals(3L);
      if (rejection.isEmpty()) {
        rejection =
            !open || !before.add(s)
                ? Optional.of("WrongPhase")
                : forged
                    ? Optional.of("WrongTerms")
                    // Java waits for the window's end without knowing of it.
                    : nowSeconds < s.settledUntil() ? Optional.of("TooEarly") : Optional.empty();
      }
    }
    if (rejection.isEmpty()) {
      sessions.forEach(s -> carryOut(s, nowSeconds));
    }
    ContractWrite write =
        contracts
            .payment()
            .finalize_(sessions.stream().map(s -> s.terms().paymentBrief()).toList(), shown);
    add("finalize", sessions, nowSeconds, Network.STRANGER, write, rejection, List.of());
  }

  private void carryOut(GatewayTwin s, long nowSeconds) {
    Settlement agreed = Objects.requireNonNull(s.settlement());
    List<Session.Seat> seats = s.terms().brief().seats();
    for (int i = 0; i < seats.size(); i++) {
      java.books().credit(seats.get(i).payee(), agreed.nodeWei().get(i));
    }
    java.books().credit(Network.gatewayOwner(), agreed.gatewayWei());
    java.books().credit(client, s.finalized(nowSeconds));
  }

  private static Settlement forged(Settlement s) {
    return new Settlement(
        s.outcome(),
        s.receiptsRoot(),
        s.earnedWei(),
        s.nodeWei(),
        s.gatewayWei(),
        s.clientWei().add(BigInteger.ONE));
  }

  // Money, nodes, and what is asked.

  void withdraw(int pick, long nowSeconds) {
    List<Address> everybody = views.everybody();
    Address account = everybody.get(pick % everybody.size());
    Optional<String> rejection =
        java.withdraw(account).signum() == 0 ? Optional.of("NothingToWithdraw") : Optional.empty();
    add(
        Step.quiet(
            "withdraw " + account,
            nowSeconds,
            Network.STRANGER,
            contracts.payment().withdraw(account),
            rejection,
            List.of()));
  }

  /** All of it, with a last question about everybody's money and slots. */
  List<Step> steps(long nowSeconds) {
    List<Step> all = new ArrayList<>(steps);
    // It changes nothing: a stranger has no credits.
    all.add(
        Step.quiet(
            "the end",
            nowSeconds,
            Network.STRANGER,
            contracts.payment().withdraw(Network.STRANGER),
            Optional.of("NothingToWithdraw"),
            views.atTheEnd()));
    return all;
  }
}
