package io.myelin.bench.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.cli.calibrate.ScratchBench;
import io.myelin.compute.exam.ExamDesk;
import io.myelin.compute.fault.Fault;
import io.myelin.compute.fault.NodeFaults;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.calibrate.Workbench;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.engine.check.PrefillChecker;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.work.EvidenceFit;
import io.myelin.protocol.work.Exam;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.ExamAnswer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Exams with the real model: who has it passes, and who would cheat in one does not. */
@Timeout(300)
class ExamsIT {
  static final List<String> CHEATS = FaultPart.CHEATS;

  private static final OperatorKey NODE = OperatorKey.generate(new Random(5));

  /** Enough for a long prompt, few enough for a small machine. */
  private static final int CONTEXT = 100;

  private static ScratchBench scratch;
  private static WorkerEngine node;
  private static WorkerEngine own;
  private static int exams;

  @BeforeAll
  static void open() throws Exception {
    scratch = ScratchBench.open(ModelCatalogue.ofThisUser(), ModelCatalogue.DEFAULT_MODEL);
    node = open(Workbench.ORIGINAL);
    own = open(Workbench.ORIGINAL);
  }

  @AfterAll
  static void close() throws Exception {
    node.close();
    own.close();
    scratch.close();
  }

  private static WorkerEngine open(String weights) {
    Workbench bench = scratch.bench();
    return bench.open(bench.weights(weights), Optional.empty(), 2, 1);
  }

  private static WorkFinding examined(InferenceEngine engine) {
    Digest nonce = Sha256.hash(new byte[] {(byte) ++exams});
    ExamAnswer answer =
        new ExamDesk(engine, NODE, Eip712Domain.local())
            .sit(nonce, CONTEXT, _ -> {})
            .join()
            .getFirst();
    SignedWork work;
    try {
      work = Exam.read(answer, NODE.address(), nonce, Eip712Domain.local());
    } catch (IllegalArgumentException e) {
      return new WorkFinding.Lie(WorkFinding.Kind.MALFORMED, 0, String.valueOf(e.getMessage()));
    }
    Optional<WorkFinding.Lie> misfit = EvidenceFit.misfit(work);
    return misfit.isPresent()
        ? misfit.get()
        : new PrefillChecker(own)
            .check(work.spec(), work.evidence(), work.record().getCommit().getResult())
            .join();
  }

  @Test
  void shouldPassWhoHasTheModel() {
    for (int i = 0; i < 3; i++) {
      assertThat(examined(node)).isEqualTo(new WorkFinding.Exact(Exam.TOKENS));
    }
  }

  @ParameterizedTest
  @FieldSource("CHEATS")
  void shouldNotPassWhoCheatsInIt(String text) {
    Fault fault = Fault.parse(text);
    if (fault instanceof Fault.Substitute substitute) {
      try (WorkerEngine copy = open(substitute.quantisation())) {
        assertFound(fault, copy);
      }
    } else {
      assertFound(fault, node);
    }
  }

  private static void assertFound(Fault fault, InferenceEngine copy) {
    InferenceEngine cheat = new NodeFaults(List.of(fault), () -> {}, type -> copy).engine(node);
    // What it keeps of an earlier exam does not help it.
    assertThat(examined(cheat)).isNotNull();
    assertThat(examined(cheat)).isInstanceOf(WorkFinding.Lie.class);
  }
}
