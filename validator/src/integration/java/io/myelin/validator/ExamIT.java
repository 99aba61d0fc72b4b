package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.myelin.chain.BlockHeader;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.MemberAnswer;
import io.myelin.committee.NotAgreedException;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.contracts.testing.ChainWorld.Person;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SignOfLife;
import io.myelin.protocol.typeddata.NodeHello;
import io.myelin.protocol.work.Exam;
import io.myelin.protocol.work.ExamPaper;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.Evidence;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.ServedModel;
import io.myelin.v1.TokenLogprob;
import io.myelin.validator.testing.Validators;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes that want into the pool, examined by validators whose model is a script, on a real chain.
 */
final class ExamIT {
  /** A class of which the scripted model says that the answer is wrong. */
  private static final String WRONG = "wrong";

  private static final String RIGHT = "right";

  /** What validators want, unless they are told otherwise; the claim has room for it. */
  private static final int CONTEXT = Exam.USUAL_CONTEXT;

  private static final int CLAIMED = 4_096;

  private static final WorkChecker MODEL =
      (_, evidence) ->
          CompletableFuture.completedFuture(
              evidence.getEquivalenceClass().equals(WRONG)
                  ? new WorkFinding.Lie(WorkFinding.Kind.LOGPROBS, 0, "as scripted")
                  : new WorkFinding.Exact(evidence.getTokensCount()));

  private static final ByteString WEIGHTS =
      ByteString.copyFrom(Sha256.hash(new byte[] {1}).bytes());

  @TempDir static Path folder;
  private static ChainWorld world;
  private static Validators validators;
  private static CommitteeClient committee;
  private static Person node;

  @BeforeAll
  static void start() throws Exception {
    world = ChainWorld.start(folder, 5, 1);
    node = world.addNode();
    validators = Validators.start(world, folder, MODEL);
    committee = validators.client(Validators.QUICK);
  }

  @AfterAll
  static void stop() {
    committee.close();
    validators.close();
    world.close();
  }

  private static ServedModel served(String equivalenceClass) {
    return ServedModel.newBuilder()
        .setId(ChainWorld.MODEL)
        .setWeightsDigest(WEIGHTS)
        .setEquivalenceClass(equivalenceClass)
        .setContextLength(CLAIMED)
        .build();
  }

  private static SignOfLife life(List<ServedModel> models) {
    long round = world.network().nodes().nodeOf(node.address()).on(world.chain()).round();
    BlockHeader head = world.chain().head();
    NodeHello hello =
        new NodeHello(
            world.gateway().address(),
            SignOfLife.nonce(node.address(), round, head.hash()),
            node.address(),
            1,
            WorkDigest.ofModels(models));
    return new SignOfLife(
        round,
        head.number(),
        head.hash(),
        hello,
        node.operator().sign(world.domain().digest(hello)));
  }

  private static ExamAnswer answer(Digest nonce, String equivalenceClass) {
    return answer(nonce, equivalenceClass, Exam.TOKENS, Exam.TOKENS);
  }

  private static ExamAnswer answer(Digest nonce, String equivalenceClass, int proven, int claimed) {
    return answer(nonce, equivalenceClass, proven, claimed, Exam.context(CLAIMED, CONTEXT));
  }

  private static ExamAnswer answer(
      Digest nonce, String equivalenceClass, int proven, int claimed, int context) {
    return Exam.answer(
        node.operator(),
        world.domain(),
        ChainWorld.MODEL,
        nonce,
        context,
        Evidence.newBuilder()
            .setEquivalenceClass(equivalenceClass)
            .setWeightsDigest(WEIGHTS)
            .addChunks(GeneratedChunk.newBuilder().addAllTokens(Collections.nCopies(proven, 0)))
            .addAllTokens(Collections.nCopies(proven, TokenLogprob.getDefaultInstance()))
            .build(),
        GenerationResult.newBuilder()
            .setReason(FinishReason.FINISH_REASON_LENGTH)
            .setPromptTokens(9)
            .setOutputTokens(claimed)
            .build());
  }

  private static String refusal(SignOfLife life, ExamPaper paper) {
    NotAgreedException refused =
        catchThrowableOfType(NotAgreedException.class, () -> committee.judge(life, paper));
    assertThat(refused).as("let in").isNotNull();
    List<MemberAnswer.Answer.Refused> told =
        refused.answers().stream()
            .map(MemberAnswer::answer)
            .filter(MemberAnswer.Answer.Refused.class::isInstance)
            .map(MemberAnswer.Answer.Refused.class::cast)
            .toList();
    // The others' verdicts stay sealed once there can be no quorum.
    assertThat(told).hasSizeGreaterThanOrEqualTo(3);
    assertThat(told).allSatisfy(one -> assertThat(one.reason()).isEqualTo("REFUSED_NODE"));
    return told.getFirst().detail();
  }

  @Test
  void shouldLetInWhoAnswersAsItsModelDoesAndNobodyElse() throws Exception {
    List<ServedModel> models = List.of(served(RIGHT));
    SignOfLife life = life(models);
    Digest nonce = life.hello().nonce();

    assertThat(refusal(life, ExamPaper.EMPTY)).contains("as it signed");
    assertThat(refusal(life, new ExamPaper(models, List.of())))
        .contains("no answer to the exam in " + ChainWorld.MODEL);
    Digest earlier = Sha256.hash(new byte[] {2});
    assertThat(refusal(life, new ExamPaper(models, List.of(answer(earlier, RIGHT)))))
        .contains("for this exam");
    assertThat(refusal(life, new ExamPaper(models, List.of(answer(nonce, "other")))))
        .contains("of class other (expected: right");
    assertThat(refusal(life, new ExamPaper(models, List.of(answer(nonce, RIGHT, 16, 3)))))
        .contains("3 output tokens (expected: the 16 of its evidence)");
    assertThat(refusal(life, new ExamPaper(models, List.of(answer(nonce, RIGHT, 3, 3)))))
        .contains("3 tokens after 0 given ones (expected: 16 after none)");

    assertThat(committee.examContext()).isEqualTo(CONTEXT);
    assertThat(refusal(life, new ExamPaper(models, List.of(answer(nonce, RIGHT, 16, 16, 512)))))
        .contains("is over 512 words of context (expected: 1024, for it claims 4096 tokens)");

    List<ServedModel> wrong = List.of(served(WRONG));
    SignOfLife cheat = life(wrong);
    assertThat(refusal(cheat, new ExamPaper(wrong, List.of(answer(cheat.hello().nonce(), WRONG)))))
        .contains("is wrong: LOGPROBS at output token 0: as scripted");

    // The chain's time is all that is known of how long it took.
    List<ServedModel> slowly = List.of(served(RIGHT));
    SignOfLife slow = life(slowly);
    world.anvil().cheats().mine(1);
    world.advance(Duration.ofSeconds(Exam.allowedSeconds(1, CONTEXT) + 120L));
    assertThat(refusal(slow, new ExamPaper(slowly, List.of(answer(slow.hello().nonce(), RIGHT)))))
        .contains("its exam took", "slower than 1 token a second");
    life = life(models);
    nonce = life.hello().nonce();

    // Refused, it may try again; there is no other answer to be had from a committee.
    assertThat(committee.judge(life, new ExamPaper(models, List.of(answer(nonce, RIGHT)))))
        .isNotNull();
  }
}
