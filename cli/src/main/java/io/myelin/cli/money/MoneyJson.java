package io.myelin.cli.money;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;

/** A report for programs: every amount is a text of wei, every time is in Unix seconds. */
final class MoneyJson {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private MoneyJson() {}

  static String write(MoneyReport report, Address queue) {
    Ledger ledger = report.ledger();
    Holdings holdings = report.holdings();
    ObjectNode json = JSON.createObjectNode();
    json.put("account", holdings.account().toString());
    json.put("chainId", holdings.chainId());
    json.put("block", holdings.block());
    json.put("nowSeconds", holdings.nowSeconds());
    wei(json, "etherWei", holdings.etherWei());
    wei(json, "walletWei", holdings.walletWei());
    wei(json, "allowanceWei", holdings.allowanceWei());
    ArrayNode sessions = json.putArray("sessions");
    for (SessionMoney session : ledger.paidFor()) {
      sessions.add(session(session, holdings, queue));
    }
    ObjectNode credits = json.putObject("credits");
    wei(credits, "InferencePayment", holdings.creditsWei());
    holdings
        .registryCredits()
        .forEach(credit -> wei(credits, credit.contract(), credit.creditWei()));
    ObjectNode earned = json.putObject("earned");
    earning(earned, "node", ledger.asNodeOwner());
    earning(earned, "gateway", ledger.asGatewayOwner());
    earning(earned, "batchShares", new Earning(BigInteger.ZERO, ledger.sharesWei()));
    earning(earned, "tasksOnChain", new Earning(BigInteger.ZERO, ledger.tasksWei()));
    wei(json, "withdrawnWei", ledger.withdrawnWei());
    ArrayNode stakes = json.putArray("stakes");
    for (Holdings.Stake stake : holdings.stakes()) {
      ObjectNode entry = stakes.addObject();
      entry.put("kind", stake.kind().text());
      entry.put("key", stake.key().toString());
      wei(entry, "activeWei", stake.activeWei());
      wei(entry, "unbondingWei", stake.unbondingWei());
      entry.put("withdrawableAtSeconds", stake.withdrawableAtSeconds());
    }
    ObjectNode sums = json.putObject("sums");
    wei(sums, "walletWei", holdings.walletWei());
    wei(sums, "escrowedWei", ledger.escrowedWei());
    wei(sums, "comesBackWei", ledger.backWei());
    wei(sums, "pendingWei", report.pendingWei());
    wei(sums, "creditsWei", report.creditsWei());
    wei(sums, "stakedWei", holdings.stakedWei());
    wei(sums, "totalWei", report.totalWei());
    wei(json, "spentWei", ledger.spentWei());
    json.put("eventsAgree", report.agrees());
    try {
      return JSON.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the report cannot be written", e);
    }
  }

  private static ObjectNode session(SessionMoney session, Holdings holdings, Address queue) {
    ObjectNode json = JSON.createObjectNode();
    json.put("id", session.id().toString());
    json.put("phase", session.phase().text());
    json.put("gateway", session.brief().head().gateway().toString());
    wei(json, "budgetWei", session.budgetWei());
    wei(json, "escrowedWei", session.escrowedWei());
    wei(json, "spentWei", session.spentWei());
    wei(json, "comesBackWei", session.backWei());
    wei(json, "cameBackWei", session.returnedWei());
    json.put("expiresAtSeconds", session.brief().head().expiresAtSeconds());
    json.put("dueAtSeconds", session.dueAtSeconds());
    json.put("next", NextStep.of(session, session.id().toString(), holdings, queue));
    return json;
  }

  private static void earning(ObjectNode json, String role, Earning earning) {
    ObjectNode entry = json.putObject(role);
    wei(entry, "pendingWei", earning.pendingWei());
    wei(entry, "creditedWei", earning.creditedWei());
  }

  private static void wei(ObjectNode json, String name, BigInteger wei) {
    json.put(name, wei.toString());
  }
}
