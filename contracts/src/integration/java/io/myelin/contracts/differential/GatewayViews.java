package io.myelin.contracts.differential;

import io.myelin.chain.EventLog;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.differential.Step.Question;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

/** What is compared of a gateway's sessions, their nodes and everybody's money. */
final class GatewayViews {
  private final GatewayBase base;
  private final GatewayLedger java;
  private final NetworkContracts contracts;
  private final Address client;

  GatewayViews(GatewayBase base, GatewayLedger java) {
    this.base = base;
    this.java = java;
    contracts = base.network().contracts();
    client = base.network().client().address();
  }

  /** What the escrow's events amount to. */
  Object telling(List<EventLog> logs) {
    List<String> told = new ArrayList<>();
    for (EventLog log : logs) {
      if (log.contract().equals(contracts.payment().address())) {
        switch (InferencePayment.event(log).orElseThrow()) {
          case InferencePayment.SettledEvent e -> told.add(Settlements.told(e));
          case InferencePayment.SkippedEvent e ->
              told.add(Settlements.skipped(e.sessionId(), e.phase()));
          case InferencePayment.BatchSettledEvent e ->
              told.add(
                  "batch %d, to validators %d, to the treasury %d"
                      .formatted(e.batch(), e.validatorsWei(), e.treasuryWei()));
          default -> {}
        }
      }
    }
    return told;
  }

  List<Address> everybody() {
    TreeSet<Address> everybody = new TreeSet<>(java.books().credits().keySet());
    everybody.addAll(List.of(client, Network.gatewayOwner(), Network.TREASURY, Network.STRANGER));
    for (int i = 0; i < GatewayBase.NODES; i++) {
      everybody.add(Network.nodeOwner(i));
    }
    return List.copyOf(everybody);
  }

  Question<?> node(Address node) {
    return new Question<>(
        "slots, reserved, untested, standing of " + node,
        contracts.nodes().nodeOf(node),
        PoolTwin::view,
        java.pool().view(node));
  }

  Question<?> record(GatewayTwin s) {
    return new Question<>(
        "phase and time of " + s.terms().sessionId().shortHex(),
        contracts.payment().recordOf(s.terms().sessionId()),
        answer -> List.of(answer.phase(), answer.time()),
        s.record());
  }

  /** Everybody's money and slots. */
  List<Question<?>> atTheEnd() {
    List<Question<?>> questions = new ArrayList<>();
    java.sessions().forEach(s -> questions.add(record(s)));
    for (Address account : everybody()) {
      questions.add(
          new Question<>(
              "credits of " + account,
              contracts.payment().credits(account),
              Function.identity(),
              java.books().credits().getOrDefault(account, BigInteger.ZERO)));
    }
    base.network().nodes(GatewayBase.NODES).forEach(node -> questions.add(node(node)));
    questions.add(
        new Question<>(
            "tokens of the client",
            contracts.token().balanceOf(client),
            Function.identity(),
            java.clientWei()));
    return questions;
  }
}
