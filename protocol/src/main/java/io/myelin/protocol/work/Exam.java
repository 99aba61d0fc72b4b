package io.myelin.protocol.work;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.stream.HashChain;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.v1.Commit;
import io.myelin.v1.Evidence;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.SamplingParams;
import io.myelin.v1.ServedModel;
import io.myelin.v1.WorkRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * What a node is asked before it comes into the pool, or back into it: a short continuation that
 * follows from a nonce which it could not know before. Whoever has the model knows the answer. It
 * shows that a node has the model it claims, renders and samples as all do, and says the truth of
 * what it computes; not that it will go on to.
 */
public final class Exam {
  /** Of an answer. Half as many would do for an exact check; a measured one has use for more. */
  public static final int TOKENS = 16;

  /** Models of one node, as many as a gateway lets it serve. */
  public static final int MOST_MODELS = 64;

  private static final SessionId NO_SESSION = SessionId.of(Digest.ZERO.bytes());
  private static final byte[] PURPOSE = "myelin/exam/1".getBytes(StandardCharsets.UTF_8);

  private static final List<String> BEGINNINGS =
      List.of(
          "The letter began with these words:",
          "In the year that the river froze,",
          "To bake bread for six people you need",
          "The function returns the sum of",
          "Three reasons speak against it. First,",
          "On the map the island looks like");

  private Exam() {}

  /** Whether a node is examined in a model: one that generates, from weights that can be named. */
  public static boolean covers(ServedModel model) {
    ByteString weights = model.getWeightsDigest();
    return !model.getEmbeddings()
        && weights.size() == Digest.LENGTH
        && !weights.equals(ByteString.copyFrom(Digest.ZERO.bytes()));
  }

  /** What is asked. */
  public static GenerationSpec question(String model, Digest nonce) {
    ByteBuffer luck = ByteBuffer.wrap(task(model, nonce).bytes());
    String beginning = BEGINNINGS.get(Math.floorMod(luck.getInt(), BEGINNINGS.size()));
    String number = HexFormat.of().formatHex(nonce.bytes(), 0, 8);
    return GenerationSpec.newBuilder()
        .setModel(model)
        .setText("Note " + number + ". " + beginning)
        .setSampling(
            SamplingParams.newBuilder()
                .setTemperature(1)
                .setTopP(1)
                .setRepeatPenalty(1)
                .setSeed(luck.getLong()))
        .setMaxTokens(TOKENS)
        .setIgnoreEos(true)
        .build();
  }

  private static TaskId task(String model, Digest nonce) {
    return TaskId.of(
        Keccak256.hash(PURPOSE, nonce.bytes(), model.getBytes(StandardCharsets.UTF_8)).bytes());
  }

  /** A node's answer, signed. */
  public static ExamAnswer answer(
      OperatorKey node,
      Eip712Domain domain,
      String model,
      Digest nonce,
      Evidence evidence,
      GenerationResult result) {
    TaskCommit statement = statement(node.address(), model, nonce, evidence, result);
    return ExamAnswer.newBuilder()
        .setModel(model)
        .setEvidence(evidence.toByteString())
        .setResult(result)
        .setSignature(ByteString.copyFrom(node.sign(domain.digest(statement)).bytes()))
        .build();
  }

  /**
   * Reads an answer as the work of a task in no session, which the node asked of itself.
   *
   * @throws IllegalArgumentException when it is not what the node signed for this nonce, or not as
   *     long as it must be
   */
  public static SignedWork read(
      ExamAnswer answer, Address node, Digest nonce, Eip712Domain domain) {
    Evidence evidence;
    try {
      evidence = Evidence.parseFrom(answer.getEvidence());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("evidence: " + e.getMessage(), e);
    }
    String model = answer.getModel();
    if (evidence.getPrefixTokensCount() != 0 || evidence.getTokensCount() != TOKENS) {
      throw new IllegalArgumentException(
          "answer in %s: %d tokens after %d given ones (expected: %d after none)"
              .formatted(
                  model, evidence.getTokensCount(), evidence.getPrefixTokensCount(), TOKENS));
    }
    TaskCommit statement = statement(node, model, nonce, evidence, answer.getResult());
    Signature signature = Signature.of(answer.getSignature().toByteArray());
    if (!Signers.signedBy(node, domain.digest(statement), signature)) {
      throw new IllegalArgumentException(
          "answer in " + model + ": not signed by " + node + " for this exam");
    }
    return new SignedWork(
        node,
        statement,
        question(model, nonce),
        evidence,
        WorkRecord.newBuilder()
            .setCommit(Commit.newBuilder().setResult(answer.getResult()))
            .build());
  }

  private static TaskCommit statement(
      Address node, String model, Digest nonce, Evidence evidence, GenerationResult result) {
    TaskId task = task(model, nonce);
    MessageDigest text = Sha256.newDigest();
    for (GeneratedChunk chunk : evidence.getChunksList()) {
      text.update(chunk.getText().asReadOnlyByteBuffer());
    }
    return new TaskCommit(
        task,
        NO_SESSION,
        node,
        1,
        WorkDigest.of(question(model, nonce)),
        HashChain.over(task, evidence.getChunksList()),
        Digest.of(text.digest()),
        WorkDigest.of(evidence),
        result.getPromptTokens(),
        result.getOutputTokens(),
        result.getReasonValue());
  }
}
