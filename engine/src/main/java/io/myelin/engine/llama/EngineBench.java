package io.myelin.engine.llama;

import io.myelin.engine.EngineException;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.OutputPrefix;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.SamplingParams;
import io.myelin.v1.TokenLogprob;
import io.myelin.v1.TokenPrompt;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Measures the engine against a bare loop over the same library in the same process: rounds of both
 * take turns and the medians are compared. With one native thread the clock is the CPU time of the
 * thread that computes, so that what else the machine does hardly matters; with more it is the
 * wall.
 */
public final class EngineBench {
  private static final int PROMPT = 256;
  private static final int SHORT_PROMPT = 32;
  private static final int OUTPUT = 48;
  private static final int STREAMS = 8;

  private final LlamaOptions options;
  private final LlamaEngine engine;
  private final int rounds;
  private final BenchClock clock;
  private int variation;

  private EngineBench(LlamaOptions options, LlamaEngine engine, int rounds) {
    this.options = options;
    this.engine = engine;
    this.rounds = rounds;
    this.clock = BenchClock.of(options.threads());
  }

  /**
   * Runs from the command line.
   *
   * @param arguments the file, the folder of the native libraries, threads, rounds
   */
  public static void main(String[] arguments) {
    if (arguments.length != 4) {
      throw new IllegalArgumentException(
          "arguments: "
              + Arrays.toString(arguments)
              + " (expected: FILE LIBRARIES-FOLDER THREADS ROUNDS)");
    }
    LlamaOptions options =
        LlamaOptions.of("bench", Path.of(arguments[0]), NativeLibraries.in(Path.of(arguments[1])))
            .withThreads(Integer.parseInt(arguments[2]))
            .withSize(1024, STREAMS);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (LlamaEngine engine = LlamaEngine.open(options)) {
      new EngineBench(options, engine, Integer.parseInt(arguments[3])).run(out);
    }
  }

  private void run(PrintStream out) {
    List<Double> barePrefill = new ArrayList<>();
    List<Double> bareDecode = new ArrayList<>();
    List<Double> bareTotal = new ArrayList<>();
    List<Double> prefill = new ArrayList<>();
    List<Double> decode = new ArrayList<>();
    List<Double> greedyTotal = new ArrayList<>();
    List<Double> sampledTotal = new ArrayList<>();
    List<Double> sampled = new ArrayList<>();
    try (BareLoop bare = new BareLoop(engine.model(), 1, options.threads(), clock);
        BareLoop bareBatch = new BareLoop(engine.model(), STREAMS, options.threads(), clock)) {
      for (int round = -1; round < rounds; round++) {
        boolean counts = round >= 0;
        BareLoop.Speed peer = bare.run(prompt(PROMPT), OUTPUT);
        double peerTogether = bareBatch.together(prompts(), OUTPUT);
        double[] own = single(prompt(PROMPT), 0);
        double[] withTemperature = single(prompt(PROMPT), 1);
        double together = together(0);
        double togetherSampled = together(1);
        if (counts) {
          barePrefill.add(peer.prefill());
          bareDecode.add(peer.decode());
          bareTotal.add(peerTogether);
          prefill.add(own[0]);
          decode.add(own[1]);
          sampled.add(withTemperature[1]);
          greedyTotal.add(together);
          sampledTotal.add(togetherSampled);
        }
      }
    }
    out.printf(
        Locale.ROOT,
        "%s, %d threads, %s, prompt %d (8 streams: %d), output %d, median of %d rounds%n",
        engine.models().getFirst().equivalenceClass(),
        options.threads(),
        clock,
        PROMPT,
        SHORT_PROMPT,
        OUTPUT,
        rounds);
    line(out, "bare loop, prefill", median(barePrefill), 1);
    line(out, "engine, prefill", median(prefill), median(prefill) / median(barePrefill));
    line(out, "bare loop, decode greedy", median(bareDecode), 1);
    line(out, "engine, decode greedy", median(decode), median(decode) / median(bareDecode));
    line(out, "engine, decode T=1", median(sampled), median(sampled) / median(bareDecode));
    line(out, "bare loop, 8 in a batch", median(bareTotal), median(bareTotal) / median(bareDecode));
    line(
        out, "engine, 8 streams greedy", median(greedyTotal), median(greedyTotal) / median(decode));
    line(
        out, "engine, 8 streams T=1", median(sampledTotal), median(sampledTotal) / median(sampled));
    line(
        out,
        "8 streams, of bare batch",
        median(greedyTotal),
        median(greedyTotal) / median(bareTotal));
  }

  private static void line(PrintStream out, String what, double speed, double ratio) {
    out.printf(Locale.ROOT, "%-26s %8.1f tok/s   ratio %.3f%n", what, speed, ratio);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  // Every prompt begins differently, so that no cached prefix helps.
  private int[] prompt(int length) {
    int[] tokens = new int[length];
    variation++;
    for (int i = 0; i < length; i++) {
      tokens[i] = 100 + (variation * 7919 + i * 31) % (engine.vocabulary().size() - 200);
    }
    return tokens;
  }

  private int[][] prompts() {
    int[][] prompts = new int[STREAMS][];
    for (int i = 0; i < STREAMS; i++) {
      prompts[i] = prompt(SHORT_PROMPT);
    }
    return prompts;
  }

  private GenerationSpec spec(int[] prompt, double temperature) {
    TokenPrompt.Builder tokens = TokenPrompt.newBuilder();
    for (int token : prompt) {
      tokens.addTokens(token);
    }
    return GenerationSpec.newBuilder()
        .setModel("bench")
        .setPromptTokens(tokens)
        .setSampling(
            SamplingParams.newBuilder()
                .setTemperature(temperature)
                .setTopP(1)
                .setRepeatPenalty(1)
                .setSeed(variation))
        .setMaxTokens(OUTPUT)
        .setIgnoreEos(true)
        .build();
  }

  /** Prefill and decode speed of one stream. */
  private double[] single(int[] prompt, double temperature) {
    Timing timing = start(prompt, temperature);
    timing.await();
    return new double[] {
      PROMPT / seconds(timing.started, timing.first),
      (timing.tokens - 1) / seconds(timing.first, timing.last)
    };
  }

  /** Decode speed of all streams together, while all of them run. */
  private double together(double temperature) {
    List<Timing> streams = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      streams.add(start(prompt(SHORT_PROMPT), temperature));
    }
    streams.forEach(Timing::await);
    long allRunning = streams.stream().mapToLong(stream -> stream.first).max().orElseThrow();
    long firstDone = streams.stream().mapToLong(stream -> stream.last).min().orElseThrow();
    long tokens =
        streams.stream()
            .flatMap(stream -> stream.times.stream())
            .filter(time -> time > allRunning && time <= firstDone)
            .count();
    return tokens / seconds(allRunning, firstDone);
  }

  private Timing start(int[] prompt, double temperature) {
    Timing timing = new Timing(clock);
    Generation generation = engine.generate(spec(prompt, temperature), OutputPrefix.NONE, timing);
    generation.request(Long.MAX_VALUE);
    return timing;
  }

  private static double seconds(long from, long to) {
    return (to - from) / 1e9;
  }

  private static final class Timing implements GenerationListener {
    final List<Long> times = new ArrayList<>();
    final CompletableFuture<GenerationResult> result = new CompletableFuture<>();
    final BenchClock clock;
    long started;
    long first;
    long last;
    int tokens;

    Timing(BenchClock clock) {
      this.clock = clock;
    }

    @Override
    public void onStart(int promptTokens) {
      started = clock.nanos();
    }

    @Override
    public void onChunk(GeneratedChunk chunk, List<TokenLogprob> evidence) {
      last = clock.nanos();
      if (tokens == 0) {
        first = last;
      }
      tokens += chunk.getTokensCount();
      for (int i = 0; i < chunk.getTokensCount(); i++) {
        times.add(last);
      }
    }

    @Override
    public void onFinished(GenerationResult end) {
      result.complete(end);
    }

    @Override
    public void onError(EngineException error) {
      result.completeExceptionally(error);
    }

    void await() {
      result.orTimeout(10, TimeUnit.MINUTES).join();
    }
  }
}
