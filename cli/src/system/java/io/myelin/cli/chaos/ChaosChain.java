package io.myelin.cli.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.chain.local.LocalChain;
import io.myelin.chain.local.LocalChainException;
import io.myelin.chain.local.LocalChainSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPInputStream;

/**
 * Anvil, kept in a folder, killed and started again from there at the same port. It writes its
 * state every few seconds, not with each block: so its death takes the newest blocks back, and the
 * senders have to bring their transactions in again.
 */
final class ChaosChain implements Victim {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration START = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 50;
  private static final int DUMPS = 20;

  private final LocalChainSettings settings;
  private final Path state;
  private final Path kept;
  private final Thread keeper;
  private final int port;
  private LocalChain anvil;
  private volatile boolean up;
  private volatile boolean closed;
  private volatile long longestNanos;
  private int torn;
  private long aheadOfSeconds;

  /** Goes on with what is in the folder. */
  ChaosChain(LocalChainSettings settings, Path folder) {
    this.settings = settings;
    this.state = folder.resolve("anvil-state.json");
    this.kept = folder.resolve("kept-state.json");
    this.port = settings.port();
    keepState();
    this.anvil = LocalChain.start(settings);
    this.up = true;
    this.keeper = Thread.ofPlatform().daemon().name("state-keeper").start(this::keep);
  }

  /**
   * Anvil overwrites its file in place, so one of many deaths leaves half a file, or one of two
   * moments. Then the last whole one stands in, as a copy on another disk would.
   */
  private void keep() {
    while (!closed) {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      synchronized (this) {
        if (up) {
          keepState();
        }
      }
    }
  }

  private synchronized boolean keepState() {
    try {
      byte[] content = Files.readAllBytes(state);
      if (content.length == 0 || !isWhole(JSON.readTree(content))) {
        return false;
      }
      Path fresh = kept.resolveSibling("kept-state.new");
      Files.write(fresh, content);
      Files.move(fresh, kept, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Whether it is the state of one moment. Anvil writes accounts first and blocks later, also on
   * request; a block in between leaves a nonce that was used by no transaction, on a chain that no
   * live network could be.
   */
  private static boolean isWhole(JsonNode whole) {
    Map<String, Long> sent = new HashMap<>();
    whole
        .path("transactions")
        .forEach(one -> sent.merge(one.path("info").path("from").asText(), 1L, Long::sum));
    return whole.isObject()
        && whole.path("accounts").properties().stream()
            .filter(account -> account.getValue().path("code").asText().equals("0x"))
            .allMatch(
                account ->
                    account.getValue().path("nonce").asLong()
                        == sent.getOrDefault(account.getKey(), 0L));
  }

  /** Where it is reached. */
  int port() {
    return port;
  }

  @Override
  public String kind() {
    return "chain";
  }

  @Override
  public boolean isUp() {
    return up;
  }

  @Override
  public boolean isAlive() {
    return up;
  }

  /** Loses what was not written yet. */
  @Override
  public synchronized boolean kill(Duration pause) throws Exception {
    return kill(pause, false);
  }

  /**
   * {@code kill -9}, and a new one after the pause; blocks.
   *
   * @param saved whether its blocks up to just before its death are on disk
   */
  synchronized boolean kill(Duration pause, boolean saved) throws Exception {
    if (!up) {
      return false;
    }
    byte[] whole = saved ? dump() : new byte[0];
    up = false;
    long diedNanos = System.nanoTime();
    for (long pid : anvil.processIds()) {
      ProcessHandle.of(pid)
          .filter(process -> process.info().command().orElse("").endsWith("anvil"))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
    while (anvil.isAlive()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
    }
    anvil.close();
    LockSupport.parkNanos(pause.toNanos());
    if (saved) {
      Files.write(state, whole);
    } else if (!keepState()) {
      torn++;
      Files.copy(kept, state, StandardCopyOption.REPLACE_EXISTING);
    }
    startAgain();
    catchUp();
    up = true;
    longestNanos = Math.max(longestNanos, System.nanoTime() - diedNanos);
    return true;
  }

  private byte[] dump() throws IOException {
    for (int attempt = 0; attempt < DUMPS; attempt++) {
      byte[] dumped = dumpOnce();
      if (isWhole(JSON.readTree(dumped))) {
        return dumped;
      }
    }
    torn++;
    return Files.readAllBytes(kept);
  }

  private byte[] dumpOnce() throws IOException {
    String hex = anvil.cheats().call("anvil_dumpState").replace("\"", "").substring(2);
    try (GZIPInputStream unpacked =
        new GZIPInputStream(new ByteArrayInputStream(HexFormat.of().parseHex(hex)))) {
      return unpacked.readAllBytes();
    }
  }

  private void startAgain() {
    long deadlineNanos = System.nanoTime() + START.toNanos();
    while (true) {
      try {
        anvil = LocalChain.start(settings);
        return;
      } catch (LocalChainException e) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw e;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
      }
    }
  }

  /**
   * Lets the chain's clock run ahead and makes a block, which is never lost: what was right at its
   * time must not become too early by a death that no live chain dies.
   */
  synchronized void advance(Duration time) throws IOException {
    aheadOfSeconds += time.toSeconds();
    anvil.cheats().advance(time);
    anvil.cheats().mine(1);
    byte[] whole = dump();
    Files.write(kept, whole);
    Files.write(state, whole);
  }

  /** A new Anvil's clock may be that of this machine again. */
  private void catchUp() {
    if (aheadOfSeconds == 0) {
      return;
    }
    anvil.cheats().mine(1);
    String block = anvil.cheats().call("eth_getBlockByNumber", "latest", false);
    try {
      long seconds = Long.decode(JSON.readTree(block).path("timestamp").asText());
      long behind = System.currentTimeMillis() / 1000 + aheadOfSeconds - seconds;
      if (behind > 1) {
        anvil.cheats().advance(Duration.ofSeconds(behind));
        anvil.cheats().mine(1);
      }
    } catch (IOException e) {
      throw new IllegalStateException("no block: " + block, e);
    }
  }

  /** How often what it wrote was half of two states. */
  synchronized int torn() {
    return torn;
  }

  @Override
  public Duration longestRecovery() {
    return Duration.ofNanos(longestNanos);
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(keeper);
    synchronized (this) {
      anvil.close();
    }
  }
}
