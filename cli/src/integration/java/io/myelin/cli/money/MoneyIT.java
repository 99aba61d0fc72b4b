package io.myelin.cli.money;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.chain.Bytes;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.chain.store.ChainStore;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.testing.CommandRun;
import io.myelin.cli.testing.MoneyWorld;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.Split;
import io.myelin.protocol.typeddata.NodeVoucher;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client's money on a real chain, from escrow back into the wallet, by the commands alone. */
final class MoneyIT {
  private static final Digest ROOT = Sha256.hash(new byte[] {7});

  @TempDir static Path folder;
  private static MoneyWorld money;

  @BeforeAll
  static void start() throws Exception {
    money = MoneyWorld.start(folder);
  }

  @AfterAll
  static void stop() {
    money.close();
  }

  /**
   * What an earlier test left as credits is fetched, so that wallets change by one session only.
   */
  @BeforeEach
  void fetchCredits() {
    money.run("account", "withdraw").ok();
  }

  private static BigInteger wei(JsonNode json, String name) {
    return new BigInteger(json.path(name).asText());
  }

  private static JsonNode session(JsonNode report, String id) {
    for (JsonNode session : report.path("sessions")) {
      if (session.path("id").asText().equals(id)) {
        return session;
      }
    }
    throw new AssertionError("no session " + id + " in " + report);
  }

  /** Every token is somebody's, wherever it lies: nothing is counted twice or forgotten. */
  private static void theBooksOfAllAddUpToTheSupply() {
    BigInteger sum = BigInteger.ZERO;
    for (Address account : money.everybody()) {
      JsonNode report = money.money(account);
      assertThat(report.path("eventsAgree").asBoolean()).as(account.toString()).isTrue();
      sum = sum.add(wei(report.path("sums"), "totalWei"));
    }
    assertThat(sum)
        .isEqualTo(money.world().network().token().totalSupply().on(money.world().chain()));
  }

  private static BigInteger wallet() {
    return money
        .world()
        .network()
        .token()
        .balanceOf(money.world().client().address())
        .on(money.world().chain());
  }

  @Test
  void aSessionThatIsSettledComesBackStepByStep() {
    Address client = money.world().client().address();
    BigInteger before = wallet();
    BigInteger budget = ChainWorld.ether(10);
    MoneyWorld.Live live = money.open(2, budget);
    BigInteger seven = new BigInteger("1000000000000000007");
    BigInteger three = new BigInteger("500000000000000003");

    JsonNode open = money.money(client);
    assertThat(session(open, live.id()).path("phase").asText()).isEqualTo("active");
    assertThat(wei(session(open, live.id()), "escrowedWei")).isEqualTo(budget);
    assertThat(session(open, live.id()).path("next").asText())
        .contains("./myelin session refund " + live.id());
    theBooksOfAllAddUpToTheSupply();

    CommandRun left = money.run("session", "refund").ok();
    assertThat(left.out()).contains(live.id() + "  is active; name it to close it");
    CommandRun closed = money.run("session", "refund", live.id().substring(0, 8)).ok();
    assertThat(closed.out())
        .contains("done: close", "the gateway has until then to settle", "No credits to fetch.");
    assertThat(session(money.money(client), live.id()).path("phase").asText()).isEqualTo("closing");

    money.settle(live, ROOT, 12, List.of(seven, three));
    BigInteger spent = seven.add(three);
    JsonNode settled = money.money(client);
    assertThat(wei(session(settled, live.id()), "spentWei")).isEqualTo(spent);
    assertThat(wei(session(settled, live.id()), "comesBackWei")).isEqualTo(budget.subtract(spent));
    JsonNode owner = money.money(money.world().nodes().getFirst().owner().address());
    assertThat(wei(owner.path("earned").path("node"), "pendingWei"))
        .as("the only session in its window")
        .isEqualTo(seven.multiply(BigInteger.valueOf(8)).divide(BigInteger.TEN));
    JsonNode gateway = money.money(money.world().gateway().owner().address());
    assertThat(wei(gateway.path("earned").path("gateway"), "pendingWei"))
        .isEqualTo(spent.divide(BigInteger.TEN));
    assertThat(wei(money.money(ChainWorld.TREASURY).path("credits"), "InferencePayment"))
        .isPositive();
    theBooksOfAllAddUpToTheSupply();

    CommandRun early = money.run("session", "refund", live.id()).ok();
    assertThat(early.out())
        .contains("the settlement can be challenged until then", "come back", "then: ./myelin");
    assertThat(money.run("account", "money").ok().out())
        .contains("comes back", "nothing to do until", "Altogether");

    money.world().advance(Duration.ofDays(1));
    assertThat(money.run("account", "money").ok().out()).contains("the challenge window is over");
    CommandRun paid = money.run("session", "refund").ok();
    assertThat(paid.out()).contains("done: pay out", "it is over (closed)", "Fetched ");
    assertThat(wallet()).isEqualTo(before.subtract(spent));
    theBooksOfAllAddUpToTheSupply();

    CommandRun again = money.run("session", "refund", live.id()).ok();
    assertThat(again.out()).contains("it is over (closed)", "No credits to fetch.");
    OperatorKey worker = money.world().nodes().getFirst().owner();
    BigInteger earned = wei(money.money(worker.address()).path("credits"), "InferencePayment");
    assertThat(earned).isPositive();
    assertThat(money.runAs(worker, "account", "withdraw").ok().out())
        .contains("Fetched " + Amount.show(earned), "before", "after");
    Address other = money.world().gateway().owner().address();
    BigInteger share = wei(money.money(other).path("credits"), "InferencePayment");
    assertThat(money.run("account", "withdraw", "--for", other.toString()).ok().out())
        .contains("Fetched " + Amount.show(share) + " from InferencePayment");
    theBooksOfAllAddUpToTheSupply();
    assertThat(money.run("account", "money", "--all").ok().out())
        .contains("closed", "came back", live.id());
  }

  @Test
  void aSessionWhoseGatewayIsDeadComesBackWhole() {
    BigInteger before = wallet();
    MoneyWorld.Live live = money.open(1, ChainWorld.ether(3));
    money.world().advance(Duration.ofDays(1));
    CommandRun expired = money.run("session", "refund", live.id()).ok();
    assertThat(expired.out())
        .contains("it has expired, and the gateway has until then to settle")
        .doesNotContain("done:");
    money.world().advance(Duration.ofDays(1));
    CommandRun overdue = money.run("session", "refund", live.id()).ok();
    assertThat(overdue.out()).contains("done: expire", "come back", "challenged until");
    money.world().advance(Duration.ofDays(1));
    CommandRun paid = money.run("session", "refund", live.id()).ok();
    assertThat(paid.out()).contains("done: pay out", "it is over (expired)", "came back 3 MYL");
    assertThat(wallet()).isEqualTo(before);
    theBooksOfAllAddUpToTheSupply();
  }

  @Test
  void aSessionThatOthersSettledPaysItsGatewayNothing() {
    BigInteger before = wallet();
    MoneyWorld.Live live = money.open(1, ChainWorld.ether(3));
    money.world().advance(Duration.ofDays(2));
    money.rescue(live, 4, List.of(ChainWorld.ether(1)));
    theBooksOfAllAddUpToTheSupply();
    money.world().advance(Duration.ofDays(1));
    assertThat(money.run("session", "refund", live.id()).ok().out())
        .contains("done: pay out", "spent 1 MYL", "came back 2 MYL");
    assertThat(wallet()).isEqualTo(before.subtract(ChainWorld.ether(1)));
    theBooksOfAllAddUpToTheSupply();
  }

  @Test
  void aChallengeMovesMoneyAndTheBooksFollow() {
    MoneyWorld.Live live = money.open(1, ChainWorld.ether(3));
    BigInteger earned = ChainWorld.ether(1);
    money.settle(live, ROOT, 4, List.of(earned));
    BigInteger more = earned.add(BigInteger.valueOf(1_000));
    NodeVoucher voucher =
        new NodeVoucher(live.brief().sessionId(), live.brief().seats().getFirst().node(), 5, more);
    Address owner = money.world().nodes().getFirst().owner().address();
    BigInteger pending = wei(money.money(owner).path("earned").path("node"), "pendingWei");
    money.send(
        money.world().client(),
        money
            .world()
            .network()
            .payment()
            .claim(
                ChainTerms.forPayment(live.brief()),
                ChainTerms.forPayment(
                    Split.of(live.brief(), ROOT, 4, List.of(earned), false).settlement()),
                BigInteger.ZERO,
                5,
                more,
                Bytes.of(
                    money
                        .world()
                        .gateway()
                        .operator()
                        .sign(money.world().domain().digest(voucher))
                        .bytes())));
    assertThat(wei(money.money(owner).path("earned").path("node"), "pendingWei"))
        .isEqualTo(pending.add(BigInteger.valueOf(800)));
    theBooksOfAllAddUpToTheSupply();
    money.world().advance(Duration.ofDays(1));
    // Paying out is anybody's to do: here the node's owner does it for all.
    OperatorKey key = money.world().nodes().getFirst().owner();
    assertThat(money.runAs(key, "session", "refund", live.id()).ok().out())
        .contains("done: pay out", "Fetched ");
    assertThat(money.run("account", "withdraw").ok().out()).contains("Fetched 2 MYL");
    // The reporter has a part of what the gateway's bond lost; the treasury has the rest.
    theBooksOfAllAddUpToTheSupply();
  }

  @Test
  void aSessionOfTheQueueComesBackAtOnce() {
    BigInteger before = wallet();
    MoneyWorld.Live live = money.openAtQueue(ChainWorld.ether(4));
    assertThat(money.run("account", "money").ok().out())
        .contains("finishes it; what is left comes back at once");
    theBooksOfAllAddUpToTheSupply();
    CommandRun kept = money.run("session", "refund", live.id(), "--no-withdraw").ok();
    assertThat(kept.out()).contains("done: finish", "it is over (closed)", "came back 4 MYL");
    theBooksOfAllAddUpToTheSupply();
    CommandRun fetched = money.run("account", "withdraw").ok();
    assertThat(fetched.out()).contains("Fetched 4 MYL (4000000000000000000 wei)");
    assertThat(wallet()).isEqualTo(before);
  }

  /** As a command does that dies when its wish is on disk and nothing is sent. */
  private static void leaveUnderWay(String id, ContractWrite wish) throws IOException {
    Path wallets = Files.createDirectories(money.file("wallet"));
    Address client = money.world().client().address();
    try (ChainStore store = ChainStore.open(wallets.resolve(client + ".db"))) {
      store
          .intents(money.world().chain().chainId(), money.world().chain().genesis(), client)
          .accept(TransactionIntent.of("MyelinToken.transfer/" + id, wish), 1);
    }
  }

  @Test
  void whatAnEarlierCommandLeftUnderWayIsTakenUpAndNotDoneTwice() throws IOException {
    Address friend = money.world().validators().getFirst().owner().address();
    BigInteger before = wallet();
    BigInteger amount = ChainWorld.ether(2);
    ContractWrite wish = money.world().network().token().transfer(friend, amount);
    leaveUnderWay("dead", wish);
    CommandRun again = money.run("account", "send", "2", friend.toString()).ok();
    assertThat(again.err()).contains("taking up the same command, which was cut short");
    assertThat(wallet()).isEqualTo(before.subtract(amount));
    assertThat(money.run("account", "send", "2", friend.toString()).ok().err()).isEmpty();
    assertThat(wallet()).isEqualTo(before.subtract(amount).subtract(amount));
  }

  @Test
  void whatAnEarlierCommandLeftUnderWayIsFinishedBeforeAnother() throws IOException {
    Address friend = money.world().validators().getFirst().owner().address();
    BigInteger before = wallet();
    ContractWrite wish = money.world().network().token().transfer(friend, BigInteger.valueOf(11));
    leaveUnderWay("dead2", wish);
    CommandRun other = money.run("account", "send", "7wei", friend.toString()).ok();
    assertThat(other.err()).contains("finishing what an earlier command began");
    assertThat(wallet()).isEqualTo(before.subtract(BigInteger.valueOf(18)));
  }

  @Test
  void refundSaysWhatIsWrong() {
    CommandRun unknown = money.run("session", "refund", "ab".repeat(32));
    assertThat(unknown.status()).isEqualTo(1);
    assertThat(unknown.err()).contains("no session of that id was opened here");
    assertThat(money.run("session", "refund", "abcdef").err()).contains("none that begins so");
    assertThat(money.run("session", "refund", "xyz").status()).isEqualTo(2);
    MoneyWorld.Live live = money.open(1, ChainWorld.ether(1));
    CommandRun other =
        money.runAs(money.world().nodes().getLast().owner(), "session", "refund", live.id()).ok();
    assertThat(other.out()).contains("only its client can close it before");
  }
}
