package io.myelin.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.engine.EngineException;
import io.myelin.engine.Generation;
import io.myelin.engine.OutputPrefix;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker in a real child process, killed and abused for real. */
@Timeout(180)
class WorkerEngineIT {
  private static final int ENDLESS = 1_000_000;
  private static final WorkerLimits QUICK =
      new WorkerLimits(
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofMillis(50),
          Duration.ofSeconds(20),
          Duration.ofMillis(1),
          Duration.ofMillis(50),
          Duration.ofSeconds(10));

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  private static WorkerLaunch launch(String... arguments) {
    return WorkerLaunch.like(ScriptedEngine.Factory.class, List.of(arguments))
        .withJvmArguments(List.of("-XX:TieredStopAtLevel=1", "-Xmx128m"))
        .withLimits(QUICK);
  }

  private WorkerEngine spawn(WorkerLaunch launch) {
    WorkerEngine engine = WorkerEngine.spawn(launch);
    open.add(engine);
    return engine;
  }

  private static GenerationSpec spec(String prompt, int maxTokens) {
    return GenerationSpec.newBuilder()
        .setModel("scripted")
        .setText(prompt)
        .setMaxTokens(maxTokens)
        .build();
  }

  private static EngineException failureOf(RecordingListener listener) throws Exception {
    try {
      GenerationResult result = listener.ended().get(20, TimeUnit.SECONDS);
      throw new AssertionError("ended well: " + result);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineException failure) {
        return failure;
      }
      throw e;
    }
  }

  @Test
  void generatesScoresAndEmbedsThroughTheProcess() throws Exception {
    WorkerEngine engine = spawn(launch());
    assertThat(engine.models()).isEqualTo(new ScriptedEngine().models());
    RecordingListener listener = new RecordingListener();
    engine
        .generate(spec("hello", 4), new OutputPrefix(List.of(0, 1), "w0 w1 ", 2), listener)
        .request(10);
    GenerationResult result = listener.ended().get(20, TimeUnit.SECONDS);
    assertThat(result.getReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
    assertThat(listener.started()).isCompletedWithValue(5);
    assertThat(listener.text()).isEqualTo("w2 w3 ");
    assertThat(listener.chunks().getFirst().getSeq()).isEqualTo(2);
    assertThat(listener.evidence()).hasSize(2);
    assertThat(listener.violations()).isEmpty();
    assertThat(engine.score(spec("p", 0), List.of(7, 9), 3).get(20, TimeUnit.SECONDS).tokens())
        .extracting(token -> token.getLogprobQ10())
        .containsExactly(-7, -9);
    assertThat(
            engine
                .embed(EmbeddingSpec.newBuilder().addInputs("four").build())
                .get(20, TimeUnit.SECONDS)
                .getEmbeddings(0)
                .getValues(0))
        .isEqualTo(4f);
  }

  @Test
  void aCancelledEmbeddingIsCancelledInTheWorkerToo() throws Exception {
    WorkerEngine engine = spawn(launch());
    CompletableFuture<EmbeddingResult> hanging =
        engine.embed(EmbeddingSpec.newBuilder().addInputs("hang").build());
    hanging.cancel(false);
    // One connection keeps the order: the worker has seen the cancel before the question.
    assertThat(
            engine
                .embed(EmbeddingSpec.newBuilder().addInputs("how many were cancelled?").build())
                .get(20, TimeUnit.SECONDS)
                .getPromptTokens())
        .isEqualTo(1);
  }

  @Test
  void errorsKeepTheirKindAndWords() throws Exception {
    WorkerEngine engine = spawn(launch());
    RecordingListener listener = new RecordingListener();
    engine.generate(spec("refuse", 4), OutputPrefix.NONE, listener);
    EngineException refused = failureOf(listener);
    assertThat(refused.kind()).isEqualTo(EngineException.Kind.CONTEXT_LENGTH_EXCEEDED);
    assertThat(refused).hasMessage("refused as asked");
    assertThat(engine.embed(EmbeddingSpec.getDefaultInstance()))
        .failsWithin(Duration.ofSeconds(20))
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(EngineException.class)
        .withMessageContaining("inputs: none");
  }

  @Test
  void withoutAllowanceItPausesAndACancelEndsIt() throws Exception {
    WorkerEngine engine = spawn(launch());
    RecordingListener paused = new RecordingListener();
    Generation generation = engine.generate(spec("p", ENDLESS), OutputPrefix.NONE, paused);
    generation.request(3);
    paused.awaitChunks(3, 20_000);
    // Another runs to its end meanwhile: had the paused one gone on, its chunks would be here.
    RecordingListener other = new RecordingListener();
    engine.generate(spec("p", 500), OutputPrefix.NONE, other).request(Long.MAX_VALUE);
    assertThat(other.ended().get(20, TimeUnit.SECONDS).getOutputTokens()).isEqualTo(500);
    assertThat(paused.chunks()).hasSize(3);
    generation.request(2);
    paused.awaitChunks(5, 20_000);
    generation.cancel();
    GenerationResult result = paused.ended().get(20, TimeUnit.SECONDS);
    assertThat(result.getReason()).isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(result.getOutputTokens()).isEqualTo(5);
    assertThat(paused.violations()).isEmpty();
  }

  @Test
  void aKilledWorkerFailsWhatRunsAndComesBack() throws Exception {
    WorkerEngine engine = spawn(launch());
    long first = engine.pid().orElseThrow();
    List<RecordingListener> running = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      RecordingListener listener = new RecordingListener();
      engine.generate(spec("p", ENDLESS), OutputPrefix.NONE, listener).request(10);
      listener.awaitChunks(10, 20_000);
      running.add(listener);
    }
    var score = engine.score(spec("hang", 0), List.of(1), 0);
    long before = System.nanoTime();
    ProcessHandle.of(first).orElseThrow().destroyForcibly();
    for (RecordingListener listener : running) {
      EngineException failure = failureOf(listener);
      assertThat(failure.kind()).isEqualTo(EngineException.Kind.CRASHED);
      assertThat(failure).hasMessageContaining("killed by signal 9");
    }
    assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(20));
    assertThat(score).failsWithin(Duration.ofSeconds(20));
    RecordingListener again = new RecordingListener();
    awaitUp(engine);
    engine.generate(spec("p", 3), OutputPrefix.NONE, again).request(3);
    again.ended().get(20, TimeUnit.SECONDS);
    assertThat(again.text()).isEqualTo("w0 w1 w2 ");
    assertThat(engine.pid().orElseThrow()).isNotEqualTo(first);
    assertThat(running).allSatisfy(listener -> assertThat(listener.violations()).isEmpty());
  }

  // A worker that has just died counts as up until its connection's end was handled.
  private static void awaitUp(WorkerEngine engine) throws Exception {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (engine.restarts() == 0 && System.nanoTime() < deadlineNanos) {
      Thread.onSpinWait();
    }
    engine.whenUp().get(20, TimeUnit.SECONDS);
  }

  @Test
  void aCrashInTheMiddleLosesNoChunkBeforeIt() throws Exception {
    WorkerEngine engine = spawn(launch());
    RecordingListener listener = new RecordingListener();
    engine.generate(spec("crash", ENDLESS), OutputPrefix.NONE, listener).request(3);
    listener.awaitChunks(3, 20_000);
    RecordingListener victim = new RecordingListener();
    engine.generate(spec("crash", ENDLESS), OutputPrefix.NONE, victim).request(100);
    assertThat(failureOf(victim).kind()).isEqualTo(EngineException.Kind.CRASHED);
    assertThat(failureOf(listener).kind()).isEqualTo(EngineException.Kind.CRASHED);
    assertThat(listener.text()).isEqualTo("w0 w1 w2 ");
  }

  @Test
  void twoNodesShareAWorkerAndFindItAgain() throws Exception {
    WorkerEngine owner = spawn(launch());
    WorkerEngine guest = WorkerEngine.attach(owner.socket(), QUICK);
    open.add(guest);
    RecordingListener ownersRun = new RecordingListener();
    RecordingListener guestsRun = new RecordingListener();
    Generation endless = owner.generate(spec("p", ENDLESS), OutputPrefix.NONE, ownersRun);
    endless.request(50);
    guest.generate(spec("p", 100), OutputPrefix.NONE, guestsRun).request(Long.MAX_VALUE);
    assertThat(guestsRun.ended().get(20, TimeUnit.SECONDS).getOutputTokens()).isEqualTo(100);
    ownersRun.awaitChunks(50, 20_000);
    ProcessHandle.of(owner.pid().orElseThrow()).orElseThrow().destroyForcibly();
    assertThat(failureOf(ownersRun).kind()).isEqualTo(EngineException.Kind.CRASHED);
    awaitUp(owner);
    awaitUp(guest);
    RecordingListener after = new RecordingListener();
    guest.generate(spec("p", 2), OutputPrefix.NONE, after).request(2);
    assertThat(after.ended().get(20, TimeUnit.SECONDS).getOutputTokens()).isEqualTo(2);
  }

  @Test
  void aGuestThatLeavesTakesOnlyItsOwn() throws Exception {
    WorkerEngine owner = spawn(launch());
    WorkerEngine guest = WorkerEngine.attach(owner.socket(), QUICK);
    RecordingListener guestsRun = new RecordingListener();
    guest.generate(spec("p", ENDLESS), OutputPrefix.NONE, guestsRun).request(5);
    guestsRun.awaitChunks(5, 20_000);
    guest.close();
    assertThat(failureOf(guestsRun).kind()).isEqualTo(EngineException.Kind.CLOSED);
    RecordingListener ownersRun = new RecordingListener();
    owner.generate(spec("p", 10), OutputPrefix.NONE, ownersRun).request(10);
    assertThat(ownersRun.ended().get(20, TimeUnit.SECONDS).getOutputTokens()).isEqualTo(10);
  }

  @Test
  void aStoppedWorkerIsFoundHung() throws Exception {
    WorkerLimits impatient =
        new WorkerLimits(
            QUICK.start(),
            QUICK.handshake(),
            QUICK.call(),
            Duration.ofMillis(50),
            Duration.ofSeconds(5),
            QUICK.firstBackoff(),
            QUICK.lastBackoff(),
            QUICK.close());
    WorkerEngine engine = spawn(launch().withLimits(impatient));
    RecordingListener listener = new RecordingListener();
    engine.generate(spec("p", ENDLESS), OutputPrefix.NONE, listener).request(2);
    listener.awaitChunks(2, 20_000);
    new ProcessBuilder("kill", "-STOP", Long.toString(engine.pid().orElseThrow()))
        .start()
        .waitFor(20, TimeUnit.SECONDS);
    EngineException failure = failureOf(listener);
    assertThat(failure.kind()).isEqualTo(EngineException.Kind.CRASHED);
    assertThat(failure).hasMessageContaining("no sign of life");
    awaitUp(engine);
  }

  @Test
  void aModelThatCannotBeLoadedIsSaidAtOnce() {
    assertThatThrownBy(() -> WorkerEngine.spawn(launch("fail")))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.BAD_MODEL_FILE))
        .hasMessage("the scripted model cannot be loaded");
    assertThatThrownBy(() -> WorkerEngine.spawn(launch("die")))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.CRASHED))
        .hasMessageContaining("killed by signal 6")
        .hasMessageContaining("scripted last words");
  }

  @Test
  void closingEndsTheProcessAndLeavesNothing() throws Exception {
    WorkerEngine engine = WorkerEngine.spawn(launch());
    ProcessHandle worker = ProcessHandle.of(engine.pid().orElseThrow()).orElseThrow();
    Path folder = engine.socket().getParent();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
    RecordingListener listener = new RecordingListener();
    engine.generate(spec("p", ENDLESS), OutputPrefix.NONE, listener).request(1);
    engine.close();
    assertThat(failureOf(listener).kind()).isEqualTo(EngineException.Kind.CLOSED);
    worker.onExit().get(20, TimeUnit.SECONDS);
    assertThat(folder).doesNotExist();
    RecordingListener late = new RecordingListener();
    engine.generate(spec("p", 1), OutputPrefix.NONE, late);
    assertThat(failureOf(late).kind()).isEqualTo(EngineException.Kind.CLOSED);
  }

  @Test
  void aKilledNodeLeavesNoWorkerBehind() throws Exception {
    Process node =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                NodeMain.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var lines = node.inputReader()) {
      String line = lines.lines().filter(one -> one.startsWith("node ")).findFirst().orElseThrow();
      String[] said = line.split(" ", 3);
      ProcessHandle worker = ProcessHandle.of(Long.parseLong(said[1])).orElseThrow();
      assertThat(worker.isAlive()).isTrue();
      node.destroyForcibly();
      worker.onExit().get(20, TimeUnit.SECONDS);
      assertThat(Path.of(said[2])).doesNotExist();
    } finally {
      node.destroyForcibly();
    }
  }

  /** A node that starts a worker, names it, and waits to be killed. */
  static final class NodeMain {
    private NodeMain() {}

    public static void main(String[] args) throws Exception {
      WorkerEngine engine = WorkerEngine.spawn(launch());
      System.out.println("node " + engine.pid().orElseThrow() + " " + engine.socket().getParent());
      System.in.read();
    }
  }
}
