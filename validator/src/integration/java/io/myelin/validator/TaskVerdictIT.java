package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.myelin.chain.Bytes;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.committee.opening.QueueOpening;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.commitment.Precommits;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.queue.QueueOffer;
import io.myelin.protocol.queue.QueuePhase;
import io.myelin.protocol.queue.QueueReveal;
import io.myelin.protocol.queue.QueueTask;
import io.myelin.protocol.queue.TaskJudgement;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GenerationSpec;
import io.myelin.validator.testing.Validators;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session that its client opens alone, and verdicts on its tasks, by real validators. */
final class TaskVerdictIT {
  private static final GenerationSpec SPEC =
      GenerationSpec.newBuilder()
          .setModel(ChainWorld.MODEL)
          .setText("Count.")
          .setMaxTokens(8)
          .build();

  @TempDir static Path folder;
  private static ChainWorld world;
  private static Validators validators;
  private static CommitteeClient committee;
  private static SessionQueue queue;
  private static QueueReader reader;
  private static SessionBrief session;

  @BeforeAll
  static void start() throws Exception {
    world = ChainWorld.start(folder, 5, 3);
    validators = Validators.start(world, folder);
    committee = validators.client(Validators.QUICK, world.client());
    queue = world.network().queue();
    reader = new QueueReader(world.chain(), world.network(), 0);
    for (ChainWorld.Person node : world.nodes()) {
      world.anvil().fund(node.address(), ChainWorld.ether(10));
    }
    session = open();
  }

  @AfterAll
  static void stop() {
    committee.close();
    validators.close();
    world.close();
  }

  private static SessionBrief open() throws Exception {
    QueueOpening.Approved approved =
        new QueueOpening(world.chain(), world.network(), committee, 0)
            .approve(
                world.client(),
                new QueueOpening.Wish(
                    world.subnetId(),
                    ChainWorld.MODEL,
                    1,
                    3,
                    ChainWorld.ether(1),
                    world.nowSeconds() + 3_600,
                    0),
                new Random(1));
    var _ =
        world.send(
            world.client(),
            world.network().sessions().open(approved.opening(), ChainTerms.noPermit()));
    var _ =
        world.send(
            world.client(),
            queue.start(
                ChainTerms.forQueue(approved.brief()), ChainTerms.forQueue(approved.tail())));
    return approved.brief();
  }

  /** A task whose node is bound to this answer, of so many tokens. */
  private static TaskId bound(String reference, String text, long tokens) {
    Digest name = Sha256.hash(reference.getBytes(StandardCharsets.UTF_8));
    Digest sessionId = ChainTerms.word(session.sessionId());
    var _ =
        world.send(
            world.client(),
            queue.enqueue(
                sessionId,
                name,
                WorkDigest.of(SPEC),
                Bytes.of(SPEC.toByteArray()),
                100,
                8,
                world.nowSeconds() + 600));
    Digest task = queue.taskIdOf(sessionId, name).on(world.chain());
    var _ = world.send(world.client(), queue.assign(task));
    TaskId id = QueueReader.id(task);
    OperatorKey node = world.keyOf(offer(id).node());
    var _ = world.send(node, queue.ack(task, BigInteger.ONE));
    TaskCommit statement = TaskJudgement.statement(task(id), reveal(id, text, tokens));
    var _ =
        world.send(node, queue.precommit(task, BigInteger.ONE, Precommits.hash(salt(), statement)));
    return id;
  }

  private static void reveal(TaskId id, String text, long tokens, Bytes output) {
    QueueReveal said = reveal(id, text, tokens);
    var _ =
        world.send(
            world.keyOf(offer(id).node()),
            queue.commit(
                QueueReader.word(id),
                BigInteger.ONE,
                new SessionQueue.Reveal(
                    Digest.of(salt().bytes()),
                    said.streamHead(),
                    said.outputDigest(),
                    said.evidenceDigest(),
                    said.promptTokens(),
                    said.outputTokens(),
                    said.finishReason()),
                output));
  }

  private static QueueReveal reveal(TaskId id, String text, long tokens) {
    return new QueueReveal(
        1,
        offer(id).node(),
        true,
        Digest.ZERO,
        Sha256.hash(text.getBytes(StandardCharsets.UTF_8)),
        Digest.ZERO,
        7,
        tokens,
        FinishReason.FINISH_REASON_STOP_VALUE,
        ByteString.EMPTY);
  }

  private static Salt salt() {
    return Salt.of(Sha256.hash(new byte[0]).bytes());
  }

  private static QueueTask task(TaskId id) {
    return reader.task(id).orElseThrow();
  }

  private static QueueOffer offer(TaskId id) {
    return task(id).primary().orElseThrow();
  }

  private static Bytes bytes(String text) {
    return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static QueuePhase validate(TaskId id, boolean accepted, Quorum quorum) {
    var _ =
        world.send(
            world.client(),
            queue.validate(
                QueueReader.word(id), accepted, quorum.seatsBits(), quorum.signatures()));
    return task(id).phase();
  }

  @Test
  void shouldAcceptGoodWorkAndSayNothingElseAboutIt() throws Exception {
    TaskId id = bound("good", "one two", 2);
    assertThatThrownBy(() -> committee.judgeTask(task(id), true))
        .isInstanceOf(NotAgreedException.class)
        .hasMessageContaining("REFUSED_TASK");
    reveal(id, "one two", 2, bytes("one two"));
    assertThatThrownBy(() -> committee.judgeTask(task(id), false))
        .isInstanceOf(NotAgreedException.class)
        .hasMessageContaining("REFUSED_TASK");

    Quorum quorum = committee.judgeTask(task(id), true);

    assertThat(validate(id, true, quorum)).isEqualTo(QueuePhase.COMPLETED);
  }

  @Test
  void shouldRejectAnAnswerThatTheClientCannotRead() throws Exception {
    TaskId id = bound("hidden", "one two", 2);
    reveal(id, "one two", 2, Bytes.EMPTY);
    assertThatThrownBy(() -> committee.judgeTask(task(id), true))
        .isInstanceOf(NotAgreedException.class)
        .hasMessageContaining("REFUSED_TASK");

    Quorum quorum = committee.judgeTask(task(id), false);

    // The promise is on their disks: after a restart they say the same, and nothing else.
    validators.restart();
    assertThat(committee.judgeTask(task(id), false).signatures()).isNotEqualTo(Bytes.EMPTY);
    assertThat(validate(id, false, quorum)).isEqualTo(QueuePhase.FAILED);
  }

  @Test
  void shouldRejectCountsThatTheAnswerCannotHave() throws Exception {
    TaskId id = bound("countless", "one two", 0);
    reveal(id, "one two", 0, bytes("one two"));

    Quorum quorum = committee.judgeTask(task(id), false);

    assertThat(validate(id, false, quorum)).isEqualTo(QueuePhase.FAILED);
  }
}
