package io.myelin.cli.stake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.testing.CommandRun;
import io.myelin.cli.testing.MoneyWorld;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.committee.Contradiction;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Attestation;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stakes go in, grow, set out and come back, by the commands alone. */
final class StakeIT {
  private static final Duration UNBONDING = Duration.ofDays(14);

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

  private static OperatorKey owner(String name, long tokens) {
    OperatorKey owner = ChainWorld.key(name);
    money.world().anvil().fund(owner.address(), ChainWorld.ether(10));
    money.send(
        money.world().client(),
        money.world().network().token().transfer(owner.address(), ChainWorld.ether(tokens)));
    return owner;
  }

  private static BigInteger wallet(OperatorKey owner) {
    return money.world().network().token().balanceOf(owner.address()).on(money.world().chain());
  }

  private static String key(String name) {
    return money.keyFile(ChainWorld.key(name)).toString();
  }

  @Test
  void aValidatorJoinsGrowsChangesItsKeyAndLeaves() {
    OperatorKey owner = owner("new validator", 30_000);
    String who = owner.address().toString();

    CommandRun same =
        money.runAs(
            owner,
            "stake",
            "validator",
            "add",
            "20000",
            "--operator-key",
            money.keyFile(owner).toString());
    assertThat(same.status()).isEqualTo(1);
    assertThat(same.err()).contains("the operator's key is the owner's own", "whoever took it");
    CommandRun little =
        money.runAs(
            owner, "stake", "validator", "add", "9999", "--operator-key", key("new operator"));
    assertThat(little.status()).isEqualTo(1);
    assertThat(little.err()).contains("the stake would be 9999 MYL", "at least 10000 MYL");
    CommandRun much =
        money.runAs(
            owner, "stake", "validator", "add", "40000", "--operator-key", key("new operator"));
    assertThat(much.err()).contains("has 30000 MYL", "needed: 40000 MYL");
    assertThat(money.runAs(owner, "stake", "validator", "add", "20000").status()).isEqualTo(2);

    CommandRun added =
        money
            .runAs(
                owner, "stake", "validator", "add", "20000", "--operator-key", key("new operator"))
            .ok();
    assertThat(added.out())
        .contains("stakes 20000 MYL", "At least 10000 MYL", "14 d later", "You are a validator");
    assertThat(
            money
                .runAs(
                    owner, "stake", "validator", "add", "10000", "--operator-key", key("another"))
                .err())
        .contains("is a validator already");
    assertThat(money.runAs(owner, "stake", "validator", "more", "5000").ok().out())
        .contains("Staked now: 25000 MYL");
    assertThat(
            money
                .runAs(owner, "stake", "validator", "operator", "--operator-key", key("second"))
                .ok()
                .out())
        .contains("Replaced");
    JsonNode shown = money.json("stake", "validator", "show", "--account", who);
    assertThat(shown.path("status").asText()).isEqualTo("active");
    assertThat(shown.path("operator").asText())
        .isEqualTo(ChainWorld.key("second").address().toString());
    assertThat(
            money
                .runAs(
                    owner, "stake", "validator", "operator", "--operator-key", key("new operator"))
                .err())
        .contains("is or was an operator's");
    assertThat(money.runAs(owner, "stake", "validator", "operator", "--revoke").ok().out())
        .contains("Revoked");

    assertThat(money.runAs(owner, "stake", "validator", "unbond", "16000").err())
        .contains("the stake would be 9000 MYL");
    assertThat(money.runAs(owner, "stake", "validator", "unbond", "1000").ok().out())
        .contains("On its way out: 1000 MYL", "./myelin stake validator withdraw");
    assertThat(money.runAs(owner, "stake", "validator", "withdraw").err())
        .contains("the stake is locked until");
    assertThat(money.runAs(owner, "stake", "validator", "resign").ok().out())
        .contains("On its way out: 25000 MYL");
    assertThat(money.run("account", "money", "--account", who).ok().out())
        .contains("on its way out", "then ./myelin stake validator withdraw");
    money.world().advance(UNBONDING);
    assertThat(money.runAs(owner, "stake", "validator", "withdraw").ok().out())
        .contains("Fetched 25000 MYL");
    assertThat(wallet(owner)).isEqualTo(ChainWorld.ether(30_000));
    assertThat(money.run("stake", "validator", "show", "--account", who).err())
        .contains("is no validator");
  }

  @Test
  void aDoubleSignerIsReportedByTheFileThatWasKept() throws Exception {
    ChainWorld world = money.world();
    ChainWorld.Person liar = world.addValidator();
    Attestation first = attestation(1);
    Attestation second = attestation(2);
    OperatorKey key = liar.operator();
    Contradiction found =
        new Contradiction(
            key.address(),
            first,
            key.sign(world.domain().digest(first)),
            second,
            key.sign(world.domain().digest(second)));
    Path file = Files.writeString(folder.resolve("evidence.json"), found.json());
    Path broken = Files.writeString(folder.resolve("broken.json"), "{}");
    OperatorKey reporter = owner("reporter", 1);
    String accused = liar.owner().address().toString();
    assertThat(money.runAs(reporter, "stake", "validator", "report", broken.toString()).err())
        .contains("is no evidence of double signing");

    CommandRun reported =
        money.runAs(reporter, "stake", "validator", "report", file.toString()).ok();

    assertThat(reported.out()).contains("loses all", "a tenth", accused + " is slashed");
    assertThat(money.json("stake", "validator", "show", "--account", accused).toString())
        .contains("jailedUntil");
    assertThat(
            world
                .network()
                .validators()
                .bondOf(liar.owner().address())
                .on(world.chain())
                .stakedWei())
        .isZero();
    assertThat(world.network().validators().credits(reporter.address()).on(world.chain()))
        .isPositive();
    assertThat(money.runAs(reporter, "stake", "validator", "report", file.toString()).status())
        .isEqualTo(1);
  }

  private static Attestation attestation(int content) {
    Digest kind = Sha256.hash(new byte[] {9});
    return new Attestation(kind, kind, Sha256.hash(new byte[] {(byte) content}));
  }

  @Test
  void aNodeJoinsGrowsAndLeaves() {
    OperatorKey owner = owner("node owner", 500);
    String node = ChainWorld.key("new node").address().toString();
    assertThat(
            money
                .runAs(owner, "stake", "node", "add", "99", "--operator-key", key("new node"))
                .err())
        .contains("at least 100 MYL");
    assertThat(
            money
                .runAs(
                    owner,
                    "stake",
                    "node",
                    "add",
                    "100",
                    "--slots",
                    "4",
                    "--operator-key",
                    key("new node"))
                .ok()
                .out())
        .contains("with 4 slots", "to be tested");
    assertThat(money.runAs(owner, "stake", "node", "more", "50", node).ok().out())
        .contains("Staked now: 150 MYL");
    assertThat(money.runAs(owner, "stake", "node", "slots", "8", node).ok().out())
        .contains("Changed");
    assertThat(money.run("stake", "node", "slots", "2", node).err()).contains("is not its owner");
    JsonNode all = money.json("stake", "node", "show", "--account", owner.address().toString());
    assertThat(all).hasSize(1);
    assertThat(all.path(0).path("slots").asInt()).isEqualTo(8);
    assertThat(all.path(0).path("standing").asText()).isEqualTo("not tested yet");
    assertThat(money.run("account", "show", "--account", owner.address().toString()).ok().out())
        .contains("node", "150 MYL");

    assertThat(money.runAs(owner, "stake", "node", "remove", node).ok().out())
        .contains("On its way out: 150 MYL", "withdraw " + node);
    assertThat(money.runAs(owner, "stake", "node", "withdraw", node).err())
        .contains("locked until");
    money.world().advance(UNBONDING);
    String other = ChainWorld.TREASURY.toString();
    BigInteger before =
        money.world().network().token().balanceOf(ChainWorld.TREASURY).on(money.world().chain());
    assertThat(money.runAs(owner, "stake", "node", "withdraw", node, "--to", other).ok().out())
        .contains("Fetched 150 MYL");
    assertThat(
            money
                .world()
                .network()
                .token()
                .balanceOf(ChainWorld.TREASURY)
                .on(money.world().chain()))
        .isEqualTo(before.add(ChainWorld.ether(150)));
    assertThat(money.run("stake", "node", "show", other).err()).contains("was never in the pool");
  }

  @Test
  void aNodesOwnerIsToldHowOftenItIsDrawnAndWhy() {
    ChainWorld world = money.world();
    ChainWorld.Person node = world.addNode();
    String who = node.address().toString();
    JsonNode fresh = money.json("stake", "node", "show", who).path(0);
    assertThat(fresh.path("weight").asInt()).isEqualTo(250);
    assertThat(fresh.path("level").asInt()).isZero();
    assertThat(fresh.path("stages").asText()).isEqualTo("none");
    assertThat(fresh.path("why").asText())
        .isEqualTo("drawn a quarter as often as the best: nothing is known of it yet");
    assertThat(fresh.has("evidence")).isFalse();
    CommandRun well = doctor(who);
    assertThat(well.out()).contains("ok   draws", "weight 250 of 1000", "nothing is known of it");

    Digest evidence = Sha256.hash(new byte[] {1, 2, 3});
    world.convict(node, evidence);
    world.advance(Duration.ofHours(2));
    world.makeSet();
    JsonNode suspended = money.json("stake", "node", "show", who).path(0);
    assertThat(suspended.path("standing").asText()).isEqualTo("suspended");
    assertThat(suspended.path("weight").asInt()).isEqualTo(10);
    assertThat(suspended.path("points").asInt()).isEqualTo(-20);
    assertThat(suspended.path("stages").asText()).isEqualTo("correctness 0/1");
    assertThat(suspended.path("evidence").asText()).isEqualTo("0x" + evidence);
    assertThat(suspended.path("why").asText())
        .startsWith("suspended by a verdict on ")
        .contains("evidence 0x" + evidence, "no time ends that");
    assertThat(suspended.path("toDo").asText()).contains("weights", "with another key");
    CommandRun ill = doctor(who);
    assertThat(ill.status()).isEqualTo(1);
    assertThat(ill.out()).contains("FAIL draws", "0x" + evidence, "with another key");
  }

  /** Its options of the data folder are a node's; the network is named. */
  private static CommandRun doctor(String node) {
    return CommandRun.of(
        "doctor",
        "--node",
        node,
        "--rpc",
        money.world().anvil().uri().toString(),
        "--directory",
        money.world().network().directory().address().toString(),
        "--gateway",
        "http://127.0.0.1:1",
        "--data",
        folder.resolve("nobody").toString());
  }

  @Test
  void aGatewayJoinsGrowsAndRetires() {
    OperatorKey owner = owner("gateway owner", 7_000);
    String gateway = ChainWorld.key("new gateway").address().toString();
    assertThat(
            money
                .runAs(
                    owner, "stake", "gateway", "add", "4999", "--operator-key", key("new gateway"))
                .err())
        .contains("at least 5000 MYL");
    assertThat(
            money
                .runAs(
                    owner, "stake", "gateway", "add", "5000", "--operator-key", key("new gateway"))
                .ok()
                .out())
        .contains("The gateway is registered", "cannot come back");
    assertThat(money.runAs(owner, "stake", "gateway", "more", "500", gateway).ok().out())
        .contains("Bonded now: 5500 MYL");
    assertThat(money.run("stake", "gateway", "show", gateway).ok().out())
        .contains("ready", "5500 MYL");
    assertThat(
            money
                .run("stake", "gateway", "show", "--account", owner.address().toString())
                .ok()
                .out())
        .contains(gateway);
    assertThat(money.runAs(owner, "stake", "gateway", "retire", gateway).ok().out())
        .contains("On its way out: 5500 MYL");
    assertThat(money.runAs(owner, "stake", "gateway", "withdraw", gateway).err())
        .contains("locked until");
    money.world().advance(UNBONDING);
    assertThat(money.runAs(owner, "stake", "gateway", "withdraw", gateway).ok().out())
        .contains("Fetched 5500 MYL");
    assertThat(wallet(owner)).isEqualTo(ChainWorld.ether(7_000));
    assertThat(
            money
                .runAs(
                    owner, "stake", "gateway", "add", "5000", "--operator-key", key("new gateway"))
                .err())
        .contains("is registered already");
  }
}
