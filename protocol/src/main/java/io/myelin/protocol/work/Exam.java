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
 * follows from a nonce which it could not know before, after a long text. Whoever has the model
 * knows the answer. It shows that a node has the model it claims and room for that text, renders
 * and samples as all do, and says the truth of what it computes; not that it will go on to.
 */
public final class Exam {
  /** Of an answer. Half as many would do for an exact check; a measured one has use for more. */
  public static final int TOKENS = 16;

  /** Models of one node, as many as a gateway lets it serve. */
  public static final int MOST_MODELS = 64;

  /** Words of context that a question has, unless a network's validators want others. */
  public static final int USUAL_CONTEXT = 1_024;

  /** More are not asked for: whoever checks computes them too. */
  public static final int MOST_CONTEXT = 8_192;

  /** A node that generates fewer tokens a second is kept out: no client waits that long. */
  public static final int LEAST_TOKENS_PER_SECOND = 1;

  /** The same of the words of the context, which are computed together. */
  public static final int LEAST_CONTEXT_PER_SECOND = 16;

  /** For the way there and back, and for whoever was asked before. */
  private static final int GRACE_SECONDS = 10;

  /** However many models. */
  public static final int MOST_SECONDS = 300;

  /** Tokens of the question after its context, and of what a template adds; and some more. */
  private static final int QUESTION_TOKENS = 64;

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

  /**
   * Words of context that a model can be asked over which claims so many tokens of it. A word, a
   * letter with its space, is one token of most vocabularies and two at most.
   *
   * @param wanted most words
   */
  public static int context(int claimedTokens, int wanted) {
    int room = (claimedTokens - TOKENS - QUESTION_TOKENS) / 2;
    return Math.clamp(room, 0, Math.clamp(wanted, 0, MOST_CONTEXT));
  }

  /**
   * How long a node may take for its exam, all models together: that of the slowest that is let in.
   */
  public static int allowedSeconds(int models, int context) {
    int prompt = Math.clamp(context, 0, MOST_CONTEXT) + QUESTION_TOKENS;
    int each = TOKENS / LEAST_TOKENS_PER_SECOND + prompt / LEAST_CONTEXT_PER_SECOND;
    return (int) Math.min(MOST_SECONDS, GRACE_SECONDS + (long) Math.max(1, models) * each);
  }

  /**
   * What is asked. The context is the same for all, so that whoever examines many nodes computes it
   * once; what is asked at its end nobody knew before, and to answer that a model needs all of it.
   *
   * @param context words before the question
   */
  public static GenerationSpec question(String model, Digest nonce, int context) {
    ByteBuffer luck = ByteBuffer.wrap(task(model, nonce).bytes());
    String beginning = BEGINNINGS.get(Math.floorMod(luck.getInt(), BEGINNINGS.size()));
    String number = HexFormat.of().formatHex(nonce.bytes(), 0, 8);
    return GenerationSpec.newBuilder()
        .setModel(model)
        .setText(passage(context) + "Note " + number + ". " + beginning)
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

  /** Letters without a pattern: a linear congruential generator modulo 2^32 draws them. */
  private static String passage(int words) {
    StringBuilder text = new StringBuilder(2 * words + 2);
    int luck = 1;
    for (int word = 0; word < words; word++) {
      luck = luck * 1_664_525 + 1_013_904_223;
      text.append((char) ('a' + Integer.remainderUnsigned(luck >>> 16, 26))).append(' ');
    }
    return words == 0 ? "" : text.append(". ").toString();
  }

  private static TaskId task(String model, Digest nonce) {
    return TaskId.of(
        Keccak256.hash(PURPOSE, nonce.bytes(), model.getBytes(StandardCharsets.UTF_8)).bytes());
  }

  /**
   * A node's answer, signed.
   *
   * @param context words that its question had before it
   */
  public static ExamAnswer answer(
      OperatorKey node,
      Eip712Domain domain,
      String model,
      Digest nonce,
      int context,
      Evidence evidence,
      GenerationResult result) {
    TaskCommit statement = statement(node.address(), model, nonce, context, evidence, result);
    return ExamAnswer.newBuilder()
        .setModel(model)
        .setContext(context)
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
    int context = answer.getContext();
    if (context < 0 || context > MOST_CONTEXT) {
      throw new IllegalArgumentException(
          "answer in %s: over %s words of context (expected: 0..%d)"
              .formatted(model, Integer.toUnsignedString(context), MOST_CONTEXT));
    }
    if (evidence.getPrefixTokensCount() != 0 || evidence.getTokensCount() != TOKENS) {
      throw new IllegalArgumentException(
          "answer in %s: %d tokens after %d given ones (expected: %d after none)"
              .formatted(
                  model, evidence.getTokensCount(), evidence.getPrefixTokensCount(), TOKENS));
    }
    TaskCommit statement = statement(node, model, nonce, context, evidence, answer.getResult());
    Signature signature = Signature.of(answer.getSignature().toByteArray());
    if (!Signers.signedBy(node, domain.digest(statement), signature)) {
      throw new IllegalArgumentException(
          "answer in " + model + ": not signed by " + node + " for this exam");
    }
    return new SignedWork(
        node,
        statement,
        question(model, nonce, context),
        evidence,
        WorkRecord.newBuilder()
            .setCommit(Commit.newBuilder().setResult(answer.getResult()))
            .build());
  }

  private static TaskCommit statement(
      Address node,
      String model,
      Digest nonce,
      int context,
      Evidence evidence,
      GenerationResult result) {
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
        WorkDigest.of(question(model, nonce, context)),
        HashChain.over(task, evidence.getChunksList()),
        Digest.of(text.digest()),
        WorkDigest.of(evidence),
        result.getPromptTokens(),
        result.getOutputTokens(),
        result.getReasonValue());
  }
}
