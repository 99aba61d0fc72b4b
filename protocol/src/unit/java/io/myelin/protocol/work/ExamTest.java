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
    return Exam.answer(NODE, DOMAIN, MODEL, NONCE, EVIDENCE, RESULT);
  }

  @Test
  void shouldAskOtherThingsForOtherNoncesAndModels() {
    assertThat(Exam.question(MODEL, NONCE)).isEqualTo(Exam.question(MODEL, NONCE));
    Digest other = Sha256.hash(new byte[] {2});
    assertThat(Exam.question(MODEL, other).getText())
        .isNotEqualTo(Exam.question(MODEL, NONCE).getText());
    assertThat(Exam.question("other", NONCE).getSampling().getSeed())
        .isNotEqualTo(Exam.question(MODEL, NONCE).getSampling().getSeed());
    assertThat(Exam.question(MODEL, NONCE).getMaxTokens()).isEqualTo(Exam.TOKENS);
  }

  @Test
  void shouldReadWhatANodeSigned() {
    SignedWork work = Exam.read(answer(), NODE.address(), NONCE, DOMAIN);
    assertThat(work.spec()).isEqualTo(Exam.question(MODEL, NONCE));
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
  void shouldReadNoAnswerOfAnotherLength() {
    for (Evidence evidence :
        List.of(
            evidence(Exam.TOKENS - 1),
            evidence(Exam.TOKENS + 1),
            EVIDENCE.toBuilder().addPrefixTokens(3).build(),
            Evidence.getDefaultInstance())) {
      ExamAnswer answer = Exam.answer(NODE, DOMAIN, MODEL, NONCE, evidence, RESULT);
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
