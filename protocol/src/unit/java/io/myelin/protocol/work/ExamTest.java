package io.myelin.protocol.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.v1.Evidence;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.ServedModel;
import io.myelin.v1.TokenLogprob;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExamTest {
  private static final Eip712Domain DOMAIN = Eip712Domain.local();
  private static final OperatorKey NODE = OperatorKey.generate(new Random(1));
  private static final Digest NONCE = Sha256.hash(new byte[] {1});
  private static final String MODEL = "smollm2";
  private static final int CONTEXT = 40;

  private static final Evidence EVIDENCE = evidence(Exam.TOKENS);

  private static final GenerationResult RESULT =
      GenerationResult.newBuilder()
          .setReason(FinishReason.FINISH_REASON_LENGTH)
          .setPromptTokens(7)
          .setOutputTokens(Exam.TOKENS)
          .build();

  private static Evidence evidence(int tokens) {
    return Evidence.newBuilder()
        .addChunks(
            GeneratedChunk.newBuilder()
                .addAllTokens(Collections.nCopies(tokens, 5))
                .setText(ByteString.copyFromUtf8("hello")))
        .addAllTokens(Collections.nCopies(tokens, TokenLogprob.newBuilder().setToken(5).build()))
        .setWeightsDigest(ByteString.copyFrom(NONCE.bytes()))
        .build();
  }

  private static ExamAnswer answer() {
    return Exam.answer(NODE, DOMAIN, MODEL, NONCE, CONTEXT, EVIDENCE, RESULT);
  }

  @Test
  void shouldAskOtherThingsForOtherNoncesAndModels() {
    assertThat(Exam.question(MODEL, NONCE, CONTEXT))
        .isEqualTo(Exam.question(MODEL, NONCE, CONTEXT));
    Digest other = Sha256.hash(new byte[] {2});
    assertThat(Exam.question(MODEL, other, CONTEXT).getText())
        .isNotEqualTo(Exam.question(MODEL, NONCE, CONTEXT).getText());
    assertThat(Exam.question("other", NONCE, CONTEXT).getSampling().getSeed())
        .isNotEqualTo(Exam.question(MODEL, NONCE, CONTEXT).getSampling().getSeed());
    assertThat(Exam.question(MODEL, NONCE, CONTEXT).getMaxTokens()).isEqualTo(Exam.TOKENS);
  }

  @Test
  void shouldReadWhatANodeSigned() {
    SignedWork work = Exam.read(answer(), NODE.address(), NONCE, DOMAIN);
    assertThat(work.spec()).isEqualTo(Exam.question(MODEL, NONCE, CONTEXT));
    assertThat(work.evidence()).isEqualTo(EVIDENCE);
    assertThat(work.record().getCommit().getResult()).isEqualTo(RESULT);
    assertThat(EvidenceFit.misfit(work)).isEmpty();
  }

  @Test
  void shouldReadNothingElse() {
    ExamAnswer honest = answer();
    refused(honest.toBuilder().setResult(RESULT.toBuilder().setPromptTokens(8)).build());
    refused(honest.toBuilder().setModel("other").build());
    refused(
        honest.toBuilder()
            .setEvidence(EVIDENCE.toBuilder().setEquivalenceClass("other").build().toByteString())
            .build());
    assertThatThrownBy(() -> Exam.read(honest, NODE.address(), Sha256.hash(new byte[] {2}), DOMAIN))
        .hasMessageContaining("for this exam");
    assertThatThrownBy(
            () -> Exam.read(honest, OperatorKey.generate(new Random(2)).address(), NONCE, DOMAIN))
        .hasMessageContaining("not signed by");
    assertThatThrownBy(
            () ->
                Exam.read(
                    honest.toBuilder().setEvidence(ByteString.copyFromUtf8("x")).build(),
                    NODE.address(),
                    NONCE,
                    DOMAIN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldAskOverAsManyWordsAsAClaimHasRoomFor() {
    assertThat(Exam.context(2_048, 256)).isEqualTo(256);
    assertThat(Exam.context(2_048, 2_000)).isEqualTo((2_048 - 16 - 64) / 2);
    assertThat(Exam.context(60, 256)).isZero();
    assertThat(Exam.context(2_048, -1)).isZero();
    assertThat(Exam.context(Integer.MAX_VALUE, Integer.MAX_VALUE)).isEqualTo(Exam.MOST_CONTEXT);

    String none = Exam.question(MODEL, NONCE, 0).getText();
    String some = Exam.question(MODEL, NONCE, 300).getText();
    assertThat(some).endsWith(none);
    String passage = some.substring(0, some.length() - none.length());
    assertThat(passage.split(" ")).hasSize(301).allMatch(word -> word.length() == 1);
    // A byte is a token at most, so that no vocabulary makes more of it than the claim has room
    // for.
    assertThat(passage.length()).isLessThanOrEqualTo(2 * 300 + 2);
    // The same beginning for every nonce and length: computed once, it serves for all.
    assertThat(Exam.question("other", Sha256.hash(new byte[] {2}), 400).getText())
        .startsWith(passage.substring(0, 600));
  }

  @Test
  void shouldAllowTheSlowestThatIsLetInAndNoMore() {
    assertThat(Exam.allowedSeconds(1, 0)).isEqualTo(10 + 16 + 4);
    assertThat(Exam.allowedSeconds(1, 1_024)).isEqualTo(10 + 16 + 68);
    assertThat(Exam.allowedSeconds(2, 256)).isEqualTo(10 + 2 * (16 + 20));
    assertThat(Exam.allowedSeconds(0, 0)).isEqualTo(Exam.allowedSeconds(1, 0));
    assertThat(Exam.allowedSeconds(Exam.MOST_MODELS, Exam.MOST_CONTEXT)).isEqualTo(300);
  }

  @Test
  void shouldHoldAnAnswerToTheContextThatItNames() {
    ExamAnswer honest = answer();
    assertThat(honest.getContext()).isEqualTo(CONTEXT);
    refused(honest.toBuilder().setContext(CONTEXT + 1).build());
    refused(honest.toBuilder().setContext(0).build());
    for (int context : List.of(-1, Exam.MOST_CONTEXT + 1)) {
      assertThatThrownBy(
              () ->
                  Exam.read(
                      honest.toBuilder().setContext(context).build(),
                      NODE.address(),
                      NONCE,
                      DOMAIN))
          .hasMessageContaining("words of context (expected: 0..8192)");
    }
  }

  @Test
  void shouldReadNoAnswerOfAnotherLength() {
    for (Evidence evidence :
        List.of(
            evidence(Exam.TOKENS - 1),
            evidence(Exam.TOKENS + 1),
            EVIDENCE.toBuilder().addPrefixTokens(3).build(),
            Evidence.getDefaultInstance())) {
      ExamAnswer answer = Exam.answer(NODE, DOMAIN, MODEL, NONCE, CONTEXT, evidence, RESULT);
      assertThatThrownBy(() -> Exam.read(answer, NODE.address(), NONCE, DOMAIN))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("(expected: 16 after none)");
    }
  }

  @Test
  void shouldTakeAPaperOfFewModelsEachOnce() {
    assertThat(new ExamPaper(models(Exam.MOST_MODELS), List.of()).models()).hasSize(64);
    assertThatThrownBy(() -> new ExamPaper(models(Exam.MOST_MODELS + 1), List.of()))
        .hasMessage("models: 65 (expected: at most 64, in which a node is examined)");
    List<ServedModel> twice =
        List.of(models(1).getFirst(), models(1).getFirst().toBuilder().setEmbeddings(true).build());
    assertThatThrownBy(() -> new ExamPaper(twice, List.of())).hasMessageContaining("named twice");
    assertThatThrownBy(() -> new ExamPaper(models(1), List.of(answer(), answer())))
        .hasMessage("answers: 2 (expected: at most one for each of 1 models)");
  }

  private static List<ServedModel> models(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> ServedModel.newBuilder().setId("model-" + i).build())
        .toList();
  }

  private static void refused(ExamAnswer answer) {
    assertThatThrownBy(() -> Exam.read(answer, NODE.address(), NONCE, DOMAIN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not signed by");
  }

  @Test
  void shouldCoverModelsThatGenerateFromNamedWeights() {
    ServedModel model =
        ServedModel.newBuilder().setWeightsDigest(ByteString.copyFrom(NONCE.bytes())).build();
    assertThat(Exam.covers(model)).isTrue();
    assertThat(Exam.covers(model.toBuilder().setEmbeddings(true).build())).isFalse();
    assertThat(
            Exam.covers(
                model.toBuilder()
                    .setWeightsDigest(ByteString.copyFrom(Digest.ZERO.bytes()))
                    .build()))
        .isFalse();
  }
}
