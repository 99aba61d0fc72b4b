package io.myelin.cli.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.testing.CommandRun;
import io.myelin.cli.testing.MoneyWorld;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A wallet on a real chain: looking, sending, allowing, and what goes wrong. */
final class AccountIT {
  private static final String FRIEND = "0x" + "ab".repeat(20);

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

  private static BigInteger tokens(String account) {
    return money
        .world()
        .network()
        .token()
        .balanceOf(Address.parse(account))
        .on(money.world().chain());
  }

  @Test
  void anAccountIsShownWithoutAKey() {
    JsonNode shown = money.json("account", "show");
    assertThat(shown.path("account").asText())
        .isEqualTo(money.world().client().address().toString());
    assertThat(new BigInteger(shown.path("tokensWei").asText())).isPositive();
    assertThat(money.run("account", "show", "--account", FRIEND).ok().out())
        .contains("address      " + FRIEND, "0 MYL (0 wei)", "no ether");
    assertThat(money.json("account", "balance", "--account", FRIEND).path("tokensWei").asText())
        .isEqualTo(tokens(FRIEND).toString());
    assertThat(money.run("account", "balance").ok().out()).contains("MYL (", "ether (");
  }

  @Test
  void tokensAndEtherAreSent() {
    BigInteger before = tokens(FRIEND);
    CommandRun sent = money.run("account", "send", "1.5 MYL", FRIEND).ok();
    assertThat(sent.out()).contains("Sent in transaction 0x", "1.5 MYL (1500000000000000000 wei)");
    assertThat(tokens(FRIEND)).isEqualTo(before.add(new BigInteger("1500000000000000000")));
    assertThat(money.run("account", "send", "--ether", "3wei", FRIEND).ok().out())
        .contains("0.000000000000000003 ether (3 wei)");
    assertThat(money.world().chain().balance(Address.parse(FRIEND)))
        .isEqualTo(BigInteger.valueOf(3));
  }

  @Test
  void whatCannotBeSentIsSaid() {
    CommandRun much = money.run("account", "send", "999999999", FRIEND);
    assertThat(much.status()).isEqualTo(1);
    assertThat(much.err()).contains("nothing was sent", "needed: 999999999 MYL");
    CommandRun poor =
        money.runAs(OperatorKey.generate(new Random(5)), "account", "send", "1", FRIEND);
    assertThat(poor.status()).isEqualTo(1);
    assertThat(poor.err()).contains("has no ether to pay for gas", "--ether");
    CommandRun contract =
        money.run("account", "send", "1", money.world().network().addresses().payment().toString());
    assertThat(contract.err()).contains("is a contract of the network");
  }

  @Test
  void anAllowanceIsReplaced() {
    assertThat(money.run("account", "approve", "250").ok().out())
        .contains("Allowed: 250 MYL", "./myelin session open");
    assertThat(money.json("account", "show").path("allowanceWei").asText())
        .isEqualTo("250" + "0".repeat(18));
    assertThat(money.run("account", "withdraw").ok().out()).contains("No credits to fetch.");
  }

  @Test
  void aNetworkThatIsNotThereIsNamed() throws Exception {
    CommandRun nothing =
        CommandRun.of("account", "show", "--rpc", "http://127.0.0.1:1", "--directory", FRIEND);
    assertThat(nothing.status()).isEqualTo(1);
    assertThat(nothing.err()).contains("no chain answers at http://127.0.0.1:1", "./myelin devnet");
    assertThat(nothing.err().lines()).hasSize(1);

    String rpc = money.world().anvil().uri().toString();
    CommandRun nobody = CommandRun.of("account", "show", "--rpc", rpc, "--directory", FRIEND);
    assertThat(nobody.err()).contains("no contract at " + FRIEND, "--directory");
    CommandRun other =
        CommandRun.of(
            "account",
            "show",
            "--rpc",
            rpc,
            "--directory",
            money.world().network().addresses().token().toString());
    assertThat(other.err()).contains("is no MyelinDirectory");

    assertThat(money.run("account", "money", "--first-block", "-1").status()).isEqualTo(2);
    String devnet = Files.readString(folder.resolve("devnet.json"));
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve("devnet.json"), devnet.replace("31337", "1"));
    assertThat(CommandRun.of("account", "show", "--data", elsewhere.toString()).err())
        .contains("has id 31337 (expected: 1, as devnet.json says)");
  }
}
