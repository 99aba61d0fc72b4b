package io.myelin.chain.local;

import io.myelin.protocol.ids.Address;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A development chain on this machine: Anvil as a child process, reachable from this machine only.
 * It ends when this process ends, however that happens; with a state folder it goes on from there
 * at the next start.
 */
public final class LocalChain implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalChain.class);
  private static final String HOST = "127.0.0.1";
  private static final Pattern LISTENING = Pattern.compile("Listening on .*:(\\d+)\\s*");
  private static final int TAIL_LINES = 20;
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

  /**
   * Anvil does not notice the death of who started it. This shell does: the pipe to its standard
   * input closes with the parent, and it ends the chain, which then writes its state.
   */
  private static final String GUARD =
      """
      exec 3<&0
      "$@" </dev/null 3<&- &
      chain=$!
      ( while read -r _ <&3; do :; done; kill -TERM $chain 2>/dev/null ) >/dev/null 2>&1 &
      guard=$!
      wait $chain
      status=$?
      kill $guard 2>/dev/null
      exit $status
      """;

  private final Process process;
  private final List<String> tail = new ArrayList<>();
  private final CompletableFuture<Integer> listening = new CompletableFuture<>();
  private final AnvilCheats cheats;
  private final int port;

  private LocalChain(Process process, Duration patience) {
    this.process = process;
    Thread.ofPlatform().daemon().name("local-chain-output").start(this::read);
    boolean started = false;
    try {
      this.port = awaitPort(patience);
      this.cheats = new AnvilCheats(uri());
      started = true;
    } finally {
      if (!started) {
        stop(Duration.ofMillis(500));
      }
    }
  }

  /**
   * Starts it and waits until it answers.
   *
   * @throws LocalChainException when Anvil is missing, its port is taken, or it does not start
   */
  public static LocalChain start(LocalChainSettings settings) {
    Path anvil = AnvilBinary.find(settings.root());
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", GUARD, "anvil-guard"));
    command.add(anvil.toString());
    command.addAll(List.of("--host", HOST, "--port", Integer.toString(settings.port())));
    command.addAll(List.of("--chain-id", Long.toString(LocalChainSettings.CHAIN_ID)));
    // Nobody gets money that nobody gave: accounts are funded by name.
    command.addAll(List.of("--accounts", "0"));
    if (settings.blockTime().isPositive()) {
      double seconds = settings.blockTime().toMillis() / 1000.0;
      command.addAll(List.of("--block-time", Double.toString(seconds), "--mixed-mining"));
    }
    try {
      if (settings.stateFolder().isPresent()) {
        Path folder = Files.createDirectories(settings.stateFolder().get());
        Path state = folder.resolve("anvil-state.json");
        KeptState.keepFirstGenesis(state);
        command.addAll(List.of("--state", state.toString(), "--state-interval", "5"));
      }
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      // Its own keyless network look-ups stay off, its colours too.
      builder.environment().put("NO_COLOR", "1");
      return new LocalChain(builder.start(), settings.startPatience());
    } catch (IOException e) {
      throw new LocalChainException("the local chain cannot be started: " + e.getMessage(), e);
    }
  }

  private int awaitPort(Duration patience) {
    try {
      return listening.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new LocalChainException(
          "the local chain does not listen after " + patience.toSeconds() + " s; " + words(), e);
    } catch (ExecutionException e) {
      throw new LocalChainException("the local chain ended while it started; " + words(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LocalChainException("interrupted while the local chain started", e);
    }
  }

  private String words() {
    synchronized (tail) {
      return tail.isEmpty() ? "it printed nothing" : "it printed: " + String.join(" | ", tail);
    }
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher matcher = LISTENING.matcher(line);
        if (matcher.matches()) {
          listening.complete(Integer.parseInt(matcher.group(1)));
        }
        synchronized (tail) {
          if (tail.size() >= TAIL_LINES) {
            tail.removeFirst();
          }
          if (!line.isBlank()) {
            tail.add(line.length() > 300 ? line.substring(0, 300) : line);
          }
        }
      }
    } catch (IOException e) {
      LOG.debug("the local chain's output broke: {}", e.toString());
    }
    listening.completeExceptionally(new LocalChainException("it ended"));
  }

  /** Where it is reached by HTTP; with the scheme {@code ws} by WebSocket. */
  public URI uri() {
    return URI.create("http://" + HOST + ":" + port);
  }

  /** Where it is reached by WebSocket. */
  public URI webSocketUri() {
    return URI.create("ws://" + HOST + ":" + port);
  }

  /** EIP-155 number. */
  public long chainId() {
    return LocalChainSettings.CHAIN_ID;
  }

  /** Gives an account this many wei, whatever it had. */
  public void fund(Address account, BigInteger wei) {
    cheats.call("anvil_setBalance", account.toString(), "0x" + wei.toString(16));
  }

  /** Time travel, snapshots, reorganisations: what only a development chain can do. */
  public AnvilCheats cheats() {
    return cheats;
  }

  /** Whether the process lives. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Process ids of the guard and of Anvil itself. */
  public List<Long> processIds() {
    List<Long> ids = new ArrayList<>(List.of(process.pid()));
    process.descendants().map(ProcessHandle::pid).forEach(ids::add);
    return ids;
  }

  /** What it printed last, for error messages of those who depend on it. */
  public Optional<String> lastWords() {
    return isAlive() ? Optional.empty() : Optional.of(words());
  }

  /** Ends it; its state is written first. */
  @Override
  public void close() {
    cheats.close();
    stop(CLOSE_PATIENCE);
  }

  private void stop(Duration patience) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      LOG.debug("the local chain was gone: {}", e.toString());
    }
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("the local chain did not end within {} s and is killed", patience.toSeconds());
        kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
    }
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
