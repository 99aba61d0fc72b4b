package io.myelin.protocol.poi;

import com.google.protobuf.ByteString;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.sampling.TokenChooser;
import io.myelin.protocol.work.SamplerReplay;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.Evidence;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.TokenLogprob;
import java.util.Arrays;
import java.util.List;

/**
 * What one node answered to a question that others answered too, none of them seeing another's.
 *
 * @param equivalenceClass in which the node says that it computes
 * @param outputDigest of the whole text that it signed
 * @param continues whether it went on from another node's beginning, so that the text is not all
 *     its own
 * @param text that it made itself
 * @param tokens with the numbers that it signed
 * @param repeats whether a repeat penalty was asked for, which is part of the numbers
 * @param cut whether it ended for its length
 */
public record WitnessedAnswer(
    Address node,
    String equivalenceClass,
    Digest outputDigest,
    boolean continues,
    String text,
    List<TokenLogprob> tokens,
    boolean repeats,
    boolean cut) {
  private static final String INEXACT = "/inexact";

  /** Copies. */
  public WitnessedAnswer {
    tokens = List.copyOf(tokens);
  }

  /** Of what a node signed. */
  public static WitnessedAnswer of(SignedWork work) {
    Evidence evidence = work.evidence();
    return new WitnessedAnswer(
        work.node(),
        evidence.getEquivalenceClass(),
        work.commit().outputDigest(),
        evidence.getPrefixTokensCount() > 0,
        evidence.getChunksList().stream()
            .map(GeneratedChunk::getText)
            .reduce(ByteString.EMPTY, ByteString::concat)
            .toStringUtf8(),
        evidence.getTokensList(),
        SamplerReplay.needsPrompt(work.spec()),
        work.commit().finishReason() == FinishReason.FINISH_REASON_LENGTH_VALUE);
  }

  /** Whether all of its class make the same of the same, to the bit. */
  boolean isExact() {
    return !equivalenceClass.endsWith(INEXACT)
        && Arrays.asList(equivalenceClass.split("/", -1)).contains(TokenChooser.NAME);
  }

  /**
   * Whether nodes of one exact class can both have worked honestly: the same text and numbers, or
   * one ended earlier where its context did.
   */
  boolean isSameWork(WitnessedAnswer other) {
    return (text.equals(other.text) && tokens.equals(other.tokens))
        || isBeginningOf(other)
        || other.isBeginningOf(this);
  }

  private boolean isBeginningOf(WitnessedAnswer other) {
    return cut
        && tokens.size() < other.tokens.size()
        && other.text.startsWith(text)
        && other.tokens.subList(0, tokens.size()).equals(tokens);
  }
}
