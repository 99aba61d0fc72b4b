package io.myelin.cli.money;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.Session;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads what {@link Ledger} folds: only events that name the account, its nodes, its gateways or
 * its sessions. Everything is read as of one block.
 */
final class MoneyReader {
  /** Most ids in one filter; endpoints limit the size of a question. */
  private static final int IDS = 200;

  private static final List<Digest> ANY = List.of();

  private final ChainAccess network;
  private final NetworkContracts contracts;
  private final BlockHeader head;
  private final long firstBlock;

  private MoneyReader(ChainAccess network, BlockHeader head, long firstBlock) {
    this.network = network;
    this.contracts = network.contracts();
    this.head = head;
    this.firstBlock = firstBlock;
  }

  /** A reader as of the newest block. */
  static MoneyReader now(ChainAccess network) {
    BlockHeader head = network.chain().head();
    return new MoneyReader(network, head, network.firstBlock(head));
  }

  /** Everything of one account. */
  MoneyReport report(Address account) {
    Set<Address> nodes = nodesOf(account);
    Set<Address> gateways = gatewaysOf(account);
    return new MoneyReport(
        Ledger.fold(account, events(account, nodes, gateways)),
        new HoldingsReader(network, head).read(account, nodes, gateways));
  }

  /** What the contracts say that an account has. */
  Holdings holdings(Address account) {
    return new HoldingsReader(network, head).read(account, nodesOf(account), gatewaysOf(account));
  }

  private Set<Address> nodesOf(Address account) {
    return owned(account, contracts.addresses().nodes(), NodePool.JoinedEvent.TYPE.topic());
  }

  private Set<Address> gatewaysOf(Address account) {
    return owned(
        account,
        contracts.addresses().subnets(),
        SubnetRegistry.GatewayRegisteredEvent.TYPE.topic());
  }

  /** One session, whoever pays for it; empty when there is none of that id. */
  Optional<SessionMoney> session(SessionId id) {
    Digest word = ChainTerms.word(id);
    List<EventLog> logs =
        logs(
            contracts.addresses().sessions(),
            List.of(List.of(Session.SessionOpenedEvent.TYPE.topic()), List.of(word)));
    logs.addAll(ofSessions(List.of(word)));
    // Nobody's credits are asked for here, so the account does not matter.
    return Ledger.fold(Address.ZERO, events(logs)).sessions().stream().findFirst();
  }

  /** The sessions that an account pays for. */
  List<SessionMoney> paidBy(Address account) {
    List<EventLog> logs = opened(List.of(ChainTerms.word(account)), ANY);
    logs.addAll(ofSessions(ids(logs)));
    return Ledger.fold(account, events(logs)).paidFor();
  }

  private Set<Address> owned(Address account, Address contract, Digest event) {
    Set<Address> keys = new LinkedHashSet<>();
    for (EventLog log :
        logs(contract, List.of(List.of(event), ANY, List.of(ChainTerms.word(account))))) {
      byte[] word = log.topics().get(1).bytes();
      keys.add(Address.of(Arrays.copyOfRange(word, word.length - Address.LENGTH, word.length)));
    }
    return keys;
  }

  private List<MoneyEvent> events(Address account, Set<Address> nodes, Set<Address> gateways) {
    List<EventLog> logs = opened(List.of(ChainTerms.word(account)), ANY);
    if (!nodes.isEmpty()) {
      // A session's nodes are no topic: all sessions are looked through.
      logs.addAll(opened(ANY, ANY));
    } else if (!gateways.isEmpty()) {
      logs.addAll(opened(ANY, gateways.stream().map(ChainTerms::word).toList()));
    }
    List<Digest> ids = ids(logs);
    logs.addAll(ofSessions(ids));
    logs.addAll(
        logs(
            contracts.addresses().payment(),
            List.of(
                List.of(
                    InferencePayment.CreditedEvent.TYPE.topic(),
                    InferencePayment.WithdrawnEvent.TYPE.topic()),
                List.of(ChainTerms.word(account)))));
    return events(logs);
  }

  private List<EventLog> opened(List<Digest> clients, List<Digest> gateways) {
    return logs(
        contracts.addresses().sessions(),
        List.of(List.of(Session.SessionOpenedEvent.TYPE.topic()), ANY, clients, gateways));
  }

  private List<EventLog> ofSessions(List<Digest> ids) {
    List<EventLog> logs = new ArrayList<>();
    for (int from = 0; from < ids.size(); from += IDS) {
      List<Digest> some = ids.subList(from, Math.min(ids.size(), from + IDS));
      logs.addAll(
          logs(
              contracts.addresses().sessions(),
              List.of(List.of(Session.SessionExtendedEvent.TYPE.topic()), some)));
      logs.addAll(
          logs(
              contracts.addresses().payment(),
              List.of(
                  List.of(
                      InferencePayment.ClosingEvent.TYPE.topic(),
                      InferencePayment.SettledEvent.TYPE.topic(),
                      InferencePayment.CorrectedEvent.TYPE.topic(),
                      InferencePayment.TaskPaidEvent.TYPE.topic(),
                      InferencePayment.FinalizedEvent.TYPE.topic()),
                  some)));
    }
    return logs;
  }

  private static List<Digest> ids(List<EventLog> opened) {
    return opened.stream().map(log -> log.topics().get(1)).distinct().toList();
  }

  private List<EventLog> logs(Address contract, List<List<Digest>> topics) {
    return network.logs(new LogFilter(List.of(contract), topics), firstBlock, head);
  }

  /** An event read twice, by two filters, counts once. */
  private static List<MoneyEvent> events(List<EventLog> logs) {
    return logs.stream()
        .distinct()
        .sorted(
            Comparator.comparingLong((EventLog log) -> log.block().number())
                .thenComparingInt(EventLog::index))
        .flatMap(MoneyReader::event)
        .toList();
  }

  private static Stream<MoneyEvent> event(EventLog log) {
    Optional<TermsEvent> terms = TermsEvent.from(log);
    if (terms.isPresent()) {
      return Stream.of(
          switch (terms.get()) {
            case TermsEvent.Opened opened -> new MoneyEvent.Opened(opened.brief());
            case TermsEvent.Extended extended -> new MoneyEvent.Extended(extended.brief());
            case TermsEvent.Settled settled ->
                new MoneyEvent.Settled(
                    settled.sessionId(),
                    settled.outcome(),
                    settled.receiptsRoot(),
                    settled.earnedWei(),
                    settled.challengeUntilSeconds());
            case TermsEvent.Corrected corrected ->
                new MoneyEvent.Corrected(corrected.sessionId(), corrected.settlement());
          });
    }
    return InferencePayment.event(log).flatMap(MoneyReader::payment).stream();
  }

  private static Optional<MoneyEvent> payment(InferencePayment.Event event) {
    return switch (event) {
      case InferencePayment.ClosingEvent closing ->
          Optional.of(
              new MoneyEvent.Closing(
                  ChainTerms.sessionId(closing.sessionId()), closing.settleUntil()));
      case InferencePayment.TaskPaidEvent paid ->
          Optional.of(
              new MoneyEvent.TaskPaid(ChainTerms.sessionId(paid.sessionId()), paid.spentWei()));
      case InferencePayment.FinalizedEvent last ->
          Optional.of(
              new MoneyEvent.Finalized(
                  ChainTerms.sessionId(last.sessionId()), ChainPhase.of(last.phase())));
      case InferencePayment.CreditedEvent credited ->
          Optional.of(
              new MoneyEvent.Credited(
                  credited.sessionId().equals(Digest.ZERO)
                      ? Optional.empty()
                      : Optional.of(ChainTerms.sessionId(credited.sessionId())),
                  credited.amountWei()));
      case InferencePayment.WithdrawnEvent withdrawn ->
          Optional.of(new MoneyEvent.Withdrawn(withdrawn.amountWei()));
      default -> Optional.empty();
    };
  }
}
