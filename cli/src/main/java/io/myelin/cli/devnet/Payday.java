package io.myelin.cli.devnet;

import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.cli.CommandException;
import io.myelin.cli.devnet.genesis.DevnetChain;
import io.myelin.cli.devnet.genesis.Person;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.Session;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.Settlement;
import io.myelin.protocol.settlement.Split;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Closes the demo session, and shows who is paid what until everybody has it in the wallet. */
final class Payday {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final long POLL_MILLIS = 50;
  private static final int FIRST_FINAL_PHASE = 4;

  private final Devnet devnet;
  private final DevnetChain ground;
  private final NetworkContracts network;
  private final ChainClient chain;
  private final SessionId session;
  private final PrintWriter out;
  private final Map<Address, String> names = new LinkedHashMap<>();

  Payday(Devnet devnet, PrintWriter out) {
    this.devnet = devnet;
    this.ground = devnet.chain();
    this.network = ground.network();
    this.chain = ground.client();
    this.session = SessionId.parse(devnet.session().id());
    this.out = out;
    names.put(devnet.roster().client().address(), "client");
    name(devnet.roster().compute());
    name(devnet.roster().gateways());
    name(devnet.roster().validators());
    names.put(devnet.roster().treasury().address(), "treasury");
    names.put(devnet.roster().admin().address(), "admin");
  }

  private void name(List<Person> people) {
    people.forEach(person -> names.put(person.owner().address(), "owner of " + person.name()));
  }

  /** Settles, waits out the challenge window, and fetches everybody's credits. */
  void settle() {
    out.println();
    out.println("Settling session " + session + " on chain " + network.chainId());
    devnet.session().close();
    await("the gateway does not settle", () -> phase() >= FIRST_FINAL_PHASE - 1);
    SessionBrief brief = opened();
    InferencePayment.SettledEvent settled = settled();
    Split split = Split.of(brief, settled.receiptsRoot(), 1, settled.earnedWei(), false);
    out.println("  root of its receipts  0x" + settled.receiptsRoot());
    out.println("  in transaction        0x" + settled.log().transaction());
    List<Paid> paid = paid(brief, split, settled);
    show(brief, split, paid);
    long window = settled.challengeUntil() - chain.head().timestampSeconds();
    ground.advance(Duration.ofSeconds(Math.max(1, window + 1)));
    out.printf(
        "The challenge window of %d hours is over: the local chain's clock was put forward.%n",
        Math.round(window / 3600.0));
    await("the settlement is not final", () -> phase() >= FIRST_FINAL_PHASE);
    List<Address> accounts = List.copyOf(names.keySet());
    ground.withdrawFor(devnet.roster(), accounts);
    books(accounts);
    devnet.chainIsOver();
    out.flush();
  }

  private record Paid(Address account, String why, BigInteger wei) {}

  private List<Paid> paid(SessionBrief brief, Split split, InferencePayment.SettledEvent settled) {
    List<Paid> all = new ArrayList<>();
    Settlement parts = split.settlement();
    for (int seat = 0; seat < brief.seats().size(); seat++) {
      BigInteger wei = parts.nodeWei().get(seat);
      if (wei.signum() > 0) {
        all.add(new Paid(brief.seats().get(seat).payee(), "80 % of what its node earned", wei));
      }
    }
    all.add(new Paid(brief.head().gatewayPayee(), "10 %", parts.gatewayWei()));
    InferencePayment.BatchSettledEvent batch = batch(settled.log().transaction());
    BigInteger each = batch.validatorsWei().divide(BigInteger.valueOf(batch.signers().size()));
    for (Address signer : batch.signers()) {
      all.add(new Paid(signer, "its part of 5 %, as it signed", each));
    }
    all.add(
        new Paid(
            network.parameters().treasury().on(chain),
            "5 % and what rounding left",
            batch.treasuryWei()));
    all.add(new Paid(brief.head().client(), "not spent, goes back", parts.clientWei()));
    return all;
  }

  private void show(SessionBrief brief, Split split, List<Paid> paid) {
    out.println();
    out.printf("Of %s wei in escrow, %s were spent:%n", brief.head().budgetWei(), split.spentWei());
    BigInteger sum = BigInteger.ZERO;
    for (Paid one : paid) {
      sum = sum.add(one.wei());
      out.printf(
          "  %s  %-20s %22s wei  %s%n",
          one.account(), names.getOrDefault(one.account(), ""), one.wei(), one.why());
    }
    out.printf("  %-42s  %-20s %22s wei%n", "", "together", sum);
    if (!sum.equals(brief.head().budgetWei())) {
      throw new CommandException(
          "paid: " + sum + " wei (expected: the budget, " + brief.head().budgetWei() + ")");
    }
    out.println("  which is the budget, to the wei.");
    out.println();
  }

  /** Nothing was made or lost: what everybody has is what there is. */
  private void books(List<Address> accounts) {
    out.println("In the wallets:");
    BigInteger sum = BigInteger.ZERO;
    for (Address account : accounts) {
      BigInteger wei = network.token().balanceOf(account).on(chain);
      sum = sum.add(wei);
      if (wei.signum() > 0) {
        out.printf("  %s  %-20s %30s wei%n", account, names.get(account), wei);
      }
    }
    Map<String, Address> holders = new LinkedHashMap<>();
    holders.put("stakes of validators", network.validators().address());
    holders.put("bonds of gateways", network.subnets().address());
    holders.put("stakes of nodes", network.nodes().address());
    holders.put("escrow and credits", network.payment().address());
    for (Map.Entry<String, Address> holder : holders.entrySet()) {
      BigInteger wei = network.token().balanceOf(holder.getValue()).on(chain);
      sum = sum.add(wei);
      out.printf("  %s  %-20s %30s wei%n", holder.getValue(), holder.getKey(), wei);
    }
    BigInteger supply = network.token().totalSupply().on(chain);
    out.printf("  %-42s  %-20s %30s wei%n", "", "together", sum);
    if (!sum.equals(supply)) {
      throw new CommandException(
          "balances: " + sum + " wei (expected: all there is, " + supply + ")");
    }
    out.println("  which is every token there is, to the wei.");
  }

  /** At the head: Anvil's newest state is ahead of its head, and of its logs, for a moment. */
  private int phase() {
    return (int)
        network
            .payment()
            .recordOf(ChainTerms.word(session))
            .on(chain, chain.head().number())
            .phase();
  }

  private SessionBrief opened() {
    SessionBrief brief = null;
    for (EventLog log :
        logs(
            network.sessions().address(),
            Session.SessionOpenedEvent.TYPE.topic(),
            Session.SessionExtendedEvent.TYPE.topic())) {
      TermsEvent event = TermsEvent.from(log).orElse(null);
      if (event instanceof TermsEvent.Opened opened) {
        brief = opened.brief();
      } else if (event instanceof TermsEvent.Extended extended) {
        brief = extended.brief();
      }
    }
    if (brief == null) {
      throw new CommandException("session " + session + " is not on the chain");
    }
    return brief;
  }

  private InferencePayment.SettledEvent settled() {
    return logs(network.payment().address(), InferencePayment.SettledEvent.TYPE.topic()).stream()
        .flatMap(log -> InferencePayment.event(log).stream())
        .filter(InferencePayment.SettledEvent.class::isInstance)
        .map(InferencePayment.SettledEvent.class::cast)
        .findFirst()
        .orElseThrow(() -> new CommandException("session " + session + " is not settled"));
  }

  private InferencePayment.BatchSettledEvent batch(Digest transaction) {
    return chain.receipt(transaction).orElseThrow().logs().stream()
        .flatMap(log -> InferencePayment.event(log).stream())
        .filter(InferencePayment.BatchSettledEvent.class::isInstance)
        .map(InferencePayment.BatchSettledEvent.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private List<EventLog> logs(Address contract, Digest... events) {
    LogFilter filter =
        new LogFilter(
            List.of(contract), List.of(List.of(events), List.of(ChainTerms.word(session))));
    return chain.logs(filter, 0, chain.head().number());
  }

  private static void await(String failure, BooleanSupplier done) {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (!done.getAsBoolean()) {
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new CommandException(failure + " within " + PATIENCE.toSeconds() + " s");
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CommandException("interrupted", e);
      }
    }
  }
}
