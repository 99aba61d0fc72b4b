package io.myelin.bench.relay;

import io.myelin.cli.CommandException;
import io.myelin.cli.Main;
import io.myelin.client.ClientSession;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The gateway with its whole pipeline on, against nginx passing the same tokens on. */
@Command(
    name = "relay",
    mixinStandardHelpOptions = true,
    description = "CPU per token, token delay, time to first token and memory, against nginx.",
    footer = {
      "",
      "Example:",
      "  ./myelin bench relay --streams 1,32,128 --seconds 15 --rounds 3",
      "",
      "One process makes the tokens of both, one reads them; only gateway and nginx are measured."
    })
public final class RelayBench implements Callable<Integer> {
  /** Requests of the warm-up that are as short as they can be. */
  private static final int SHORT_REQUESTS = 10_000;

  private static final int SHORT_TOKENS = 4;
  private static final long RAMP_NANOS = TimeUnit.SECONDS.toNanos(2);

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli before call()
  private CommandSpec spec;

  @Option(
      names = "--streams",
      split = ",",
      defaultValue = "1,32,128",
      description = "Streams at once (${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // has a default
  private List<Integer> streams;

  @Option(
      names = "--seconds",
      defaultValue = "20",
      description = "Length of one stream (${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "Measurements of each, in turn; medians are shown (${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--rate",
      defaultValue = "20",
      description = "Tokens per second of one stream (${DEFAULT-VALUE}).")
  private int tokensPerSecond;

  @Option(
      names = "--warm-up",
      defaultValue = "60",
      description = "Seconds of load on each candidate before anything counts (${DEFAULT-VALUE}).")
  private int warmUpSeconds;

  @Option(
      names = "--gateway-jvm",
      split = " ",
      description = "More flags for the gateway's JVM, separated by spaces.")
  private List<String> gatewayJvm = List.of();

  private final List<Process> children = new ArrayList<>();

  /** One candidate in one round. */
  private record Sample(
      double cpuMicrosPerToken,
      double p50Micros,
      double p99Micros,
      double firstMillis,
      double residentMiB) {}

  private record Candidate(String name, int port, String bearer, List<Long> pids) {}

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("myelin-bench-relay");
    try {
      measure(folder);
    } finally {
      stopAll();
    }
    return 0;
  }

  private void measure(Path folder) throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    int tokens = seconds * tokensPerSecond;
    long intervalNanos = TimeUnit.SECONDS.toNanos(1) / tokensPerSecond;
    int most = streams.stream().mapToInt(Integer::intValue).max().orElse(1);
    int gatewayPort = freePort();
    int upstreamPort = freePort();
    int nginxPort = freePort();

    Process gateway =
        java(
            folder.resolve("gateway.log"),
            gatewayJvm,
            Main.class.getName(),
            "gateway",
            "--port",
            String.valueOf(gatewayPort),
            "--data",
            folder.resolve("gateway").toString(),
            "--child");
    String announced = firstLine(gateway, "gateway ");
    URI url = URI.create("http://127.0.0.1:" + gatewayPort);
    Process node =
        java(
            folder.resolve("node.log"),
            List.of(),
            PacedNode.class.getName(),
            folder.resolve("node").toString(),
            url.toString(),
            String.valueOf(upstreamPort),
            String.valueOf(intervalNanos),
            String.valueOf(tokens),
            String.valueOf(most + 8));
    firstLine(node, "ready ");
    Process nginx = Nginx.start(folder.resolve("nginx"), nginxPort, upstreamPort);
    children.add(nginx);
    ClientSession session =
        ClientSession.open(
            url,
            Address.parse(announced.split(" ")[1]),
            OperatorKey.generate(new SecureRandom()),
            PacedEngine.MODEL,
            1);

    List<Candidate> candidates =
        List.of(
            new Candidate("nginx", nginxPort, "none", ProcessMeter.tree(nginx)),
            new Candidate("myelin", gatewayPort, session.apiKey(), List.of(gateway.pid())));
    out.printf(
        "relay: %d tokens/s a stream, %d s a stream, opened within 2 s, %d rounds, medians%n",
        tokensPerSecond, seconds, rounds);
    out.printf("warming up%n");
    out.flush();
    for (Candidate candidate : candidates) {
      for (int left = warmUpSeconds; left > 0; left -= seconds) {
        sample(candidate, most, tokens);
      }
    }
    // What happens once a request is warm only after many: nginx has no such need.
    for (int i = 0; i < SHORT_REQUESTS; i += most) {
      sample(candidates.getLast(), most, SHORT_TOKENS);
    }
    out.printf(
        "%8s %-8s %14s %12s %12s %12s %10s%n",
        "streams", "", "CPU µs/token", "p50 µs", "p99 µs", "first ms", "RSS MiB");
    for (int count : streams) {
      List<List<Sample>> samples = List.of(new ArrayList<>(), new ArrayList<>());
      for (int round = 0; round < rounds; round++) {
        for (int c = 0; c < candidates.size(); c++) {
          samples.get(c).add(sample(candidates.get(c), count, tokens));
        }
      }
      Sample peer = median(samples.get(0));
      Sample ours = median(samples.get(1));
      print(out, count, "nginx", peer);
      print(out, count, "myelin", ours);
      out.printf(
          "%8d %-8s %14.2f %12.2f %12.2f %12.2f %10.2f%n",
          count,
          "ratio",
          ours.cpuMicrosPerToken() / peer.cpuMicrosPerToken(),
          ours.p50Micros() / peer.p50Micros(),
          ours.p99Micros() / peer.p99Micros(),
          ours.firstMillis() / peer.firstMillis(),
          ours.residentMiB() / peer.residentMiB());
      out.flush();
    }
  }

  private Sample sample(Candidate candidate, int count, int tokens) throws IOException {
    String body =
        "{\"model\":\""
            + PacedEngine.MODEL
            + "\",\"stream\":true,\"max_tokens\":"
            + tokens
            + ",\"messages\":[{\"role\":\"user\",\"content\":\"go\"}]}";
    long before = ProcessMeter.cpuNanos(candidate.pids());
    long deadline =
        System.nanoTime() + TimeUnit.SECONDS.toNanos(30L + 2L * tokens / tokensPerSecond);
    LoadClient.Outcome outcome =
        LoadClient.run(
            candidate.port(),
            count,
            tokens <= SHORT_TOKENS ? 0 : RAMP_NANOS,
            body,
            candidate.bearer(),
            tokens,
            deadline);
    long cpu = ProcessMeter.cpuNanos(candidate.pids()) - before;
    if (outcome.complete() != count) {
      throw new CommandException(
          candidate.name()
              + ": "
              + outcome.complete()
              + " of "
              + count
              + " streams ended in [DONE]"
              + (outcome.failure().isEmpty() ? "" : "; one ended in " + outcome.failure()));
    }
    return new Sample(
        cpu / 1e3 / outcome.tokens(),
        outcome.delayMicros(0.5),
        outcome.delayMicros(0.99),
        outcome.firstMillis(0.5),
        ProcessMeter.residentBytes(candidate.pids()) / (double) (1 << 20));
  }

  private static Sample median(List<Sample> samples) {
    return new Sample(
        middle(samples.stream().mapToDouble(Sample::cpuMicrosPerToken).sorted().toArray()),
        middle(samples.stream().mapToDouble(Sample::p50Micros).sorted().toArray()),
        middle(samples.stream().mapToDouble(Sample::p99Micros).sorted().toArray()),
        middle(samples.stream().mapToDouble(Sample::firstMillis).sorted().toArray()),
        middle(samples.stream().mapToDouble(Sample::residentMiB).sorted().toArray()));
  }

  private static double middle(double[] sorted) {
    return sorted[sorted.length / 2];
  }

  private static void print(PrintWriter out, int count, String name, Sample sample) {
    out.printf(
        "%8d %-8s %14.1f %12.0f %12.0f %12.1f %10.0f%n",
        count,
        name,
        sample.cpuMicrosPerToken(),
        sample.p50Micros(),
        sample.p99Micros(),
        sample.firstMillis(),
        sample.residentMiB());
    out.flush();
  }

  private Process java(Path log, List<String> flags, String mainClass, String... args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-Dio.netty.leakDetection.level=disabled",
            "-Xmx512m"));
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    children.add(process);
    return process;
  }

  private static String firstLine(Process process, String prefix) throws IOException {
    var lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(prefix)) {
        return line;
      }
    }
    throw new CommandException("a process of the bench ended before it was ready");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void stopAll() throws InterruptedException {
    for (Process child : children.reversed()) {
      child.destroy();
    }
    for (Process child : children) {
      if (!child.waitFor(10, TimeUnit.SECONDS)) {
        child.destroyForcibly();
      }
    }
  }
}
