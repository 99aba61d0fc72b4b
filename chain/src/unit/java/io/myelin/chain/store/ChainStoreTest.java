package io.myelin.chain.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.chain.BlockRef;
import io.myelin.chain.Bytes;
import io.myelin.chain.EventLog;
import io.myelin.chain.Fees;
import io.myelin.chain.event.CursorPosition;
import io.myelin.chain.event.DeliveredBlock;
import io.myelin.chain.transaction.Attempt;
import io.myelin.chain.transaction.Inclusion;
import io.myelin.chain.transaction.IntentLog;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChainStoreTest {
  @TempDir Path folder;

  private static Digest digest(int number) {
    byte[] bytes = new byte[32];
    bytes[31] = (byte) number;
    return Digest.of(bytes);
  }

  private static TransactionIntent intent(String id) {
    return new TransactionIntent(
        id, Optional.of(Address.ZERO), Bytes.parse("0x1234"), BigInteger.TEN);
  }

  private static Attempt attempt(long nonce, int hash) {
    return new Attempt(
        nonce,
        digest(hash),
        Bytes.parse("0xff"),
        new Fees(BigInteger.TWO, BigInteger.ONE),
        21_000,
        5);
  }

  private ChainStore open() {
    return ChainStore.open(folder.resolve("chain.db"));
  }

  private static IntentLog log(ChainStore store) {
    return store.intents(31_337, digest(1), Address.ZERO);
  }

  @Test
  void shouldKeepIntentsAttemptsAndOutcomes() {
    Inclusion inclusion =
        new Inclusion(
            digest(7), new BlockRef(9, digest(8)), true, 21_000, BigInteger.TWO, Optional.empty());
    List<TransactionOutcome> outcomes =
        List.of(
            new TransactionOutcome.Succeeded(inclusion),
            new TransactionOutcome.Rejected(Bytes.parse("0x01"), "no"),
            new TransactionOutcome.Displaced(3, "taken"));
    try (ChainStore store = open()) {
      IntentLog log = log(store);
      for (int i = 0; i < outcomes.size(); i++) {
        log.accept(intent("done/" + i), 1);
        log.finished("done/" + i, outcomes.get(i));
      }
      log.accept(intent("open"), 2);
      log.signed("open", attempt(4, 20));
      log.signed("open", attempt(4, 21));
    }
    try (ChainStore store = open()) {
      IntentLog log = log(store);
      for (int i = 0; i < outcomes.size(); i++) {
        assertThat(log.find("done/" + i).orElseThrow().outcome()).hasValue(outcomes.get(i));
      }
      assertThat(log.unfinished())
          .singleElement()
          .satisfies(
              open -> {
                assertThat(open.intent()).isEqualTo(intent("open"));
                assertThat(open.attempts()).containsExactly(attempt(4, 20), attempt(4, 21));
              });
      assertThat(log.nextNonce()).isEqualTo(5);
      assertThat(log.newestAttempts(0, 10)).containsExactly(attempt(4, 21));
    }
  }

  @Test
  void shouldNotGiveANonceToTwoIntentsNorTwoToOne() {
    try (ChainStore store = open()) {
      IntentLog log = log(store);
      log.accept(intent("a"), 1);
      log.accept(intent("b"), 1);
      log.signed("a", attempt(0, 1));

      assertThatThrownBy(() -> log.signed("b", attempt(0, 2)))
          .isInstanceOf(ChainStoreException.class);
      assertThatThrownBy(() -> log.signed("a", attempt(1, 3)))
          .isInstanceOf(ChainStoreException.class);
      assertThat(log.find("a").orElseThrow().attempts()).containsExactly(attempt(0, 1));
      assertThat(log.find("b").orElseThrow().attempts()).isEmpty();
    }
  }

  @Test
  void shouldTellChainsAndAccountsApart() {
    try (ChainStore store = open()) {
      log(store).accept(intent("a"), 1);
      assertThat(store.intents(31_337, digest(2), Address.ZERO).find("a")).isEmpty();
      assertThat(store.intents(1, digest(1), Address.ZERO).find("a")).isEmpty();
      assertThat(log(store).find("a")).isPresent();
    }
  }

  @Test
  void shouldMoveTheCursorWithItsEffectsOrNotAtAll() throws Exception {
    EventLog event =
        new EventLog(
            Address.ZERO,
            List.of(digest(1)),
            Bytes.parse("0xab"),
            new BlockRef(5, digest(5)),
            digest(6),
            2);
    CursorPosition position =
        new CursorPosition(
            3, 6, List.of(new DeliveredBlock(new BlockRef(5, digest(5)), List.of(event))));
    try (ChainStore store = open()) {
      assertThatThrownBy(
              () ->
                  store
                      .events()
                      .commit(
                          "c",
                          position,
                          connection -> {
                            try (var statement = connection.createStatement()) {
                              statement.execute("CREATE TABLE effect (x)");
                            }
                            throw new IllegalStateException("no");
                          }))
          .hasMessage("no");
      assertThat(store.events().position("c")).isEmpty();
      store
          .events()
          .commit(
              "c",
              position,
              connection -> {
                try (var statement = connection.createStatement()) {
                  statement.execute("CREATE TABLE effect (x)");
                }
              });
    }
    try (ChainStore store = open()) {
      assertThat(store.events().position("c")).hasValue(position);
    }
  }

  @Test
  void shouldRefuseASecondHolderAndAForeignFile() throws Exception {
    try (ChainStore _ = open()) {
      assertThatThrownBy(this::open).hasMessageContaining("Another process may hold it");
    }
    Path foreign = folder.resolve("foreign.db");
    Files.writeString(foreign, "not a database at all, but long enough to be looked at".repeat(40));
    assertThatThrownBy(() -> ChainStore.open(foreign)).isInstanceOf(ChainStoreException.class);
  }
}
