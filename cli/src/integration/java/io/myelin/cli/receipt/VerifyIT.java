package io.myelin.cli.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.cli.testing.CommandRun;
import io.myelin.cli.testing.MoneyWorld;
import io.myelin.cli.testing.SignedReceipts;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.merkle.MerkleTree;
import io.myelin.protocol.receipt.SignedReceipt;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Receipts followed to a real chain. */
final class VerifyIT {
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

  private static String file(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  @Test
  void aReceiptIsFollowedToItsFinalSettlement() throws Exception {
    MoneyWorld.Live live = money.open(1, ChainWorld.ether(1));
    List<SignedReceipt> receipts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      receipts.add(
          SignedReceipts.of(money.world(), live.brief().sessionId(), i, ChainWorld.INPUT_WEI));
    }
    MerkleTree tree =
        MerkleTree.of(
            receipts.stream().map(one -> one.receipt().attestation().hashStruct()).toList());
    SignedReceipt mine = receipts.get(3);
    String receipt = file("receipt.json", mine.json());
    Digest leaf = mine.receipt().attestation().hashStruct();
    ReceiptProof path =
        new ReceiptProof(tree.root(), Optional.of(leaf), tree.proof(leaf).orElseThrow());
    String proof = file("proof.json", path.toJson().toString());

    CommandRun open = money.run("verify", receipt).ok();
    assertThat(open.out())
        .contains("ok   chain_domain", "ok   session_terms", "ok   session_price")
        .contains("-    merkle_path", "-    settled_root", "is not settled yet", "--proof FILE");

    BigInteger earned =
        mine.receipt().price().totalWei().multiply(BigInteger.valueOf(receipts.size()));
    money.settle(live, tree.root(), receipts.size(), List.of(earned));
    CommandRun settled = money.run("verify", receipt, "--proof", proof).ok();
    assertThat(settled.out())
        .contains("ok   merkle_path        " + path.path().size() + " steps up to " + tree.root())
        .contains("ok   settled_root", "-    settlement_final   it can be challenged until");
    assertThat(money.run("verify", receipt).ok().out())
        .contains("-    merkle_path        the proof was not given");

    money.world().advance(Duration.ofDays(1));
    money.run("session", "refund", live.id()).ok();
    CommandRun last = money.run("verify", receipt, "--proof", proof, "--explain").ok();
    assertThat(last.out())
        .contains("ok   settlement_final   paid out")
        .contains("proves      the receipt is one of those under the root")
        .contains("leaves open");

    assertThat(CommandRun.of("verify", receipt, "--proof", proof).ok().out())
        .contains("which only the proof itself names");
    assertThat(
            CommandRun.of("verify", receipt, "--proof", proof, "--root", tree.root().toString())
                .ok()
                .out())
        .contains("ok   merkle_path")
        .doesNotContain("only the proof itself");
  }

  @Test
  void whatWasNotSettledSoFails() throws Exception {
    MoneyWorld.Live live = money.open(1, ChainWorld.ether(1));
    SignedReceipt dear =
        SignedReceipts.of(
            money.world(), live.brief().sessionId(), 1, ChainWorld.INPUT_WEI.add(BigInteger.ONE));
    SignedReceipt other =
        SignedReceipts.of(money.world(), live.brief().sessionId(), 2, ChainWorld.INPUT_WEI);
    Digest settled = MerkleTree.of(List.of(other.receipt().attestation().hashStruct())).root();
    money.settle(live, settled, 1, List.of(other.receipt().price().totalWei()));

    CommandRun price = money.run("verify", file("dear.json", dear.json()));
    assertThat(price.status()).isEqualTo(1);
    assertThat(price.out()).contains("FAIL session_price");
    assertThat(price.err()).contains("does not hold: session_price");

    ReceiptProof alone = new ReceiptProof(settled, Optional.empty(), List.of());
    CommandRun path =
        money.run(
            "verify",
            file("dear.json", dear.json()),
            "--proof",
            file("alone.json", alone.toJson().toString()));
    assertThat(path.out()).contains("FAIL merkle_path");
    assertThat(money.run("verify", file("only.json", other.json())).ok().out())
        .contains("ok   merkle_path        0 steps");

    SignedReceipt nowhere =
        SignedReceipts.of(money.world(), SessionId.of(settled.bytes()), 3, ChainWorld.INPUT_WEI);
    assertThat(money.run("verify", file("nowhere.json", nowhere.json())).out())
        .contains("FAIL session_terms", "was never opened on this chain");
    assertThat(money.run("verify", file("bad.json", "{}")).out()).contains("FAIL schema");
    assertThat(CommandRun.of("verify", file("only.json", other.json()), "--root", "12").status())
        .isEqualTo(2);
  }
}
