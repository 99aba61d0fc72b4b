package io.myelin.protocol.cognitive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.myelin.protocol.cognitive.RoundNode.Made;
import io.myelin.protocol.cognitive.RoundNode.Step;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.v1.Evidence;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.RoundContent;
import io.myelin.v1.RoundContent.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundNodeTest {
  private static final RoundView.Times TIMES = new RoundView.Times(600, 300);
  private static final long NUMBER = 100;
  private static final long BEGAN = 60_000;
  private static final List<Address> DRAWN =
      IntStream.rangeClosed(1, 5).mapToObj(RoundNodeTest::address).toList();
  private static final Address CREATOR = DRAWN.get(0);
  private static final Address PREPARER = DRAWN.get(1);
  private static final Address ANSWERS = DRAWN.get(2);
  private static final Address SPARE = DRAWN.get(4);
  private static final Made TOPIC = made(1);
  private static final Made QUESTIONS = made(2);
  private static final Made ANSWER = made(3);

  private static Address address(int number) {
    byte[] bytes = new byte[Address.LENGTH];
    bytes[0] = (byte) number;
    return Address.of(bytes);
  }

  private static Made made(int number) {
    Digest digest = Sha256.hash(new byte[] {(byte) number});
    Salt salt = Salt.of(Sha256.hash(new byte[] {(byte) number, 1}).bytes());
    return new Made(digest, salt, Sha256.hash(salt, digest));
  }

  private static RoundView view(CognitiveRound round, Digest topic, Digest questions) {
    return new RoundView(NUMBER, TIMES, round, topic, questions);
  }

  private static CognitiveRound begun() {
    return CognitiveRound.begin(DRAWN, 2, BEGAN);
  }

  private static CognitiveRound after(CognitiveRound round, CognitiveEvent event) {
    return ((CognitiveStep.Moved) CognitiveMachine.apply(round, event, BEGAN)).round();
  }

  private static Step next(RoundView view, Address self, Map<Kind, Made> made) {
    return RoundNode.next(view, self, made, BEGAN + 1);
  }

  @Test
  void walksThroughARound() {
    CognitiveRound round = begun();
    RoundView view = view(round, Digest.ZERO, Digest.ZERO);
    assertThat(next(view, CREATOR, Map.of()))
        .isEqualTo(new Step.Make(Kind.KIND_TOPIC, Optional.empty(), true));
    assertThat(next(view, CREATOR, Map.of(Kind.KIND_TOPIC, TOPIC)))
        .isEqualTo(new Step.Create(TOPIC.digest()));
    assertThat(next(view, PREPARER, Map.of())).isEqualTo(new Step.Rest());
    assertThat(next(view, SPARE, Map.of())).isEqualTo(new Step.Rest());
    assertThat(next(view, address(9), Map.of())).isEqualTo(new Step.Forget());

    round = after(round, new CognitiveEvent.Created(CREATOR, TOPIC.digest()));
    view = view(round, TOPIC.digest(), Digest.ZERO);
    assertThat(next(view, PREPARER, Map.of()))
        .isEqualTo(new Step.Make(Kind.KIND_QUESTIONS, Optional.of(TOPIC.digest()), true));
    assertThat(next(view, PREPARER, Map.of(Kind.KIND_QUESTIONS, QUESTIONS)))
        .isEqualTo(new Step.Prepare(QUESTIONS.digest()));

    round = after(round, new CognitiveEvent.Prepared(PREPARER, QUESTIONS.digest()));
    assertThat(next(view(round, TOPIC.digest(), QUESTIONS.digest()), ANSWERS, Map.of()))
        .isEqualTo(new Step.Start());
    round = after(round, new CognitiveEvent.Started(ANSWERS));
    assertThat(next(view(round, TOPIC.digest(), QUESTIONS.digest()), ANSWERS, Map.of()))
        .isEqualTo(new Step.Rest());

    round = after(round, new CognitiveEvent.Started(DRAWN.get(3)));
    view = view(round, TOPIC.digest(), QUESTIONS.digest());
    assertThat(next(view, ANSWERS, Map.of()))
        .isEqualTo(new Step.Make(Kind.KIND_ANSWER, Optional.of(QUESTIONS.digest()), true));
    Map<Kind, Made> held = Map.of(Kind.KIND_ANSWER, ANSWER);
    assertThat(next(view, ANSWERS, held)).isEqualTo(new Step.Precommit(ANSWER.precommit()));

    round = after(round, new CognitiveEvent.Precommitted(ANSWERS, ANSWER.precommit()));
    Made other = made(4);
    round = after(round, new CognitiveEvent.Precommitted(DRAWN.get(3), other.precommit()));
    view = view(round, TOPIC.digest(), QUESTIONS.digest());
    assertThat(next(view, ANSWERS, held))
        .isEqualTo(new Step.Commit(ANSWER.salt(), ANSWER.digest()));
    assertThat(RoundNode.told(view, ANSWERS, held)).isEmpty();

    round = after(round, new CognitiveEvent.Committed(ANSWERS, ANSWER.salt(), ANSWER.digest()));
    view = view(round, TOPIC.digest(), QUESTIONS.digest());
    assertThat(next(view, ANSWERS, held)).isEqualTo(new Step.Rest());
    assertThat(RoundNode.told(view, ANSWERS, held)).containsExactly(Kind.KIND_ANSWER);
    assertThat(RoundNode.told(view, CREATOR, Map.of(Kind.KIND_TOPIC, TOPIC)))
        .containsExactly(Kind.KIND_TOPIC);
    assertThat(RoundNode.told(view, CREATOR, Map.of(Kind.KIND_TOPIC, other))).isEmpty();
    assertThat(view.isOpened()).isFalse();
    assertThat(view.revealed()).containsExactly(ANSWERS);
  }

  @Test
  void waitsForWhatOthersMadeAThirdOfItsStage() {
    CognitiveRound round = after(begun(), new CognitiveEvent.Created(CREATOR, TOPIC.digest()));
    RoundView view = view(round, TOPIC.digest(), Digest.ZERO);

    assertThat(RoundNode.next(view, PREPARER, Map.of(), BEGAN + 99))
        .isEqualTo(new Step.Make(Kind.KIND_QUESTIONS, Optional.of(TOPIC.digest()), true));
    assertThat(RoundNode.next(view, PREPARER, Map.of(), BEGAN + 100))
        .isEqualTo(new Step.Make(Kind.KIND_QUESTIONS, Optional.of(TOPIC.digest()), false));
    assertThat(RoundNode.next(view, PREPARER, Map.of(), BEGAN + 300)).isEqualTo(new Step.Rest());
  }

  private static GenerationSpec spec(Kind kind, long number, Address node, String input) {
    return RoundTasks.spec(kind, "m", number, BEGAN, node, input);
  }

  @Test
  void asksEachNodeTheSameWithASeedOfItsOwn() {
    GenerationSpec one = spec(Kind.KIND_ANSWER, NUMBER, ANSWERS, "What is rain?");

    assertThat(spec(Kind.KIND_ANSWER, NUMBER, ANSWERS, "What is rain?")).isEqualTo(one);
    assertThat(one.getMaxTokens()).isEqualTo(64);
    assertThat(one.getPromptTimeSeconds()).isEqualTo(BEGAN);
    assertThat(one.getChat().getMessages(0).getContent()).endsWith("What is rain?");
    GenerationSpec another = spec(Kind.KIND_ANSWER, NUMBER, DRAWN.get(3), "What is rain?");
    assertThat(another.getChat()).isEqualTo(one.getChat());
    assertThat(
            List.of(
                one,
                another,
                spec(Kind.KIND_ANSWER, NUMBER + 1, ANSWERS, "What is rain?"),
                spec(Kind.KIND_ANSWER, NUMBER, ANSWERS, "What is snow?"),
                spec(Kind.KIND_TOPIC, NUMBER, ANSWERS, "What is rain?")))
        .extracting(spec -> spec.getSampling().getSeed())
        .doesNotHaveDuplicates();
  }

  private static RoundWork work(Address node, Kind kind, long number, Optional<Digest> input) {
    RoundContent.Builder content =
        RoundContent.newBuilder()
            .setRoundId(ByteString.copyFrom(RoundDraw.idOf(number).bytes()))
            .setKind(kind)
            .setNode(ByteString.copyFrom(node.bytes()))
            .setModel("m");
    input.ifPresent(from -> content.setInputDigest(ByteString.copyFrom(from.bytes())));
    return RoundWork.of(content.build().toByteString());
  }

  @Test
  void holdsEachPieceToItsMakerKindRoundAndInput() {
    CognitiveRound round = after(begun(), new CognitiveEvent.Created(CREATOR, TOPIC.digest()));
    RoundView view = view(round, TOPIC.digest(), Digest.ZERO);
    RoundPiece topic = new RoundPiece(CREATOR, Kind.KIND_TOPIC, TOPIC.digest());
    assertThat(view.pieces()).containsExactly(topic);
    assertThat(topic.misfit(view, work(CREATOR, Kind.KIND_TOPIC, NUMBER, Optional.empty())))
        .isEmpty();
    assertThat(topic.misfit(view, work(PREPARER, Kind.KIND_TOPIC, NUMBER, Optional.empty())))
        .isPresent();
    assertThat(topic.misfit(view, work(CREATOR, Kind.KIND_ANSWER, NUMBER, Optional.empty())))
        .isPresent();
    assertThat(topic.misfit(view, work(CREATOR, Kind.KIND_TOPIC, NUMBER + 1, Optional.empty())))
        .isPresent();
    assertThat(
            topic.misfit(view, work(CREATOR, Kind.KIND_TOPIC, NUMBER, Optional.of(TOPIC.digest()))))
        .isPresent();
    RoundPiece questions = new RoundPiece(PREPARER, Kind.KIND_QUESTIONS, QUESTIONS.digest());
    for (Optional<Digest> good : List.of(Optional.of(TOPIC.digest()), Optional.<Digest>empty())) {
      assertThat(questions.misfit(view, work(PREPARER, Kind.KIND_QUESTIONS, NUMBER, good)))
          .isEmpty();
    }
    assertThat(
            questions.misfit(
                view, work(PREPARER, Kind.KIND_QUESTIONS, NUMBER, Optional.of(ANSWER.digest()))))
        .isPresent();
  }

  /** What is missing counts only when its maker had time, and who misses it was there for it. */
  @Test
  void saysWhenWhatIsMissingWasNeverHandedIn() {
    CognitiveRound round = after(begun(), new CognitiveEvent.Created(CREATOR, TOPIC.digest()));
    round = after(round, new CognitiveEvent.Prepared(PREPARER, QUESTIONS.digest()));
    RoundView early = view(round, TOPIC.digest(), QUESTIONS.digest());
    assertThat(early.isLate(BEGAN + 299)).isFalse();
    RoundView view =
        view(round.at(CognitivePhase.JUDGE, BEGAN + 1_000), TOPIC.digest(), Digest.ZERO);

    assertThat(view.isLate(BEGAN + 1_149)).isFalse();
    assertThat(view.isLate(BEGAN + 1_150)).isTrue();
    // Questions that the chain is bound to with zeros are never there.
    assertThat(view.pieces())
        .extracting(RoundPiece::digest)
        .containsExactly(TOPIC.digest(), Digest.ZERO);
    RoundPiece topic = view.pieces().getFirst();
    assertThat(view.wouldHave(topic, BEGAN)).isTrue();
    assertThat(view.wouldHave(topic, BEGAN + 1)).isFalse();
    RoundPiece answer = new RoundPiece(ANSWERS, Kind.KIND_ANSWER, ANSWER.digest());
    assertThat(view.wouldHave(answer, BEGAN + 700)).isTrue();
    assertThat(view.wouldHave(answer, BEGAN + 701)).isFalse();
  }

  @Test
  void readsWhatWasMadeAndRefusesWhatIsNotWellFormed() {
    RoundContent content =
        RoundContent.newBuilder()
            .setRoundId(ByteString.copyFrom(RoundDraw.idOf(NUMBER).bytes()))
            .setKind(Kind.KIND_TOPIC)
            .setNode(ByteString.copyFrom(CREATOR.bytes()))
            .setModel("m")
            .setEvidence(Evidence.newBuilder().addChunks(chunk(" The ")).addChunks(chunk("moon\n")))
            .build();

    RoundWork work = RoundWork.of(content.toByteString());

    assertThat(work.text()).isEqualTo("The moon");
    assertThat(work.digest()).isEqualTo(Sha256.hash(content.toByteArray()));
    assertThat(work.input()).isEmpty();
    assertThat(work.roundId()).isEqualTo(RoundDraw.idOf(NUMBER));
    for (RoundContent bad :
        List.of(
            content.toBuilder().clearKind().build(),
            content.toBuilder().clearModel().build(),
            content.toBuilder().setNode(ByteString.EMPTY).build(),
            content.toBuilder().setInputDigest(ByteString.copyFromUtf8("x")).build(),
            content.toBuilder()
                .setEvidence(Evidence.newBuilder().addChunks(chunk("x".repeat(200_000))))
                .build())) {
      assertThatThrownBy(() -> RoundWork.of(bad.toByteString()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static GeneratedChunk chunk(String text) {
    return GeneratedChunk.newBuilder().setText(ByteString.copyFromUtf8(text)).build();
  }
}
