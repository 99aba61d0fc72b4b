package io.myelin.engine.check;

import com.google.protobuf.ByteString;
import io.myelin.engine.text.TextAssembler;
import io.myelin.engine.text.TextAssembler.Released;
import io.myelin.protocol.work.WorkFinding.Kind;
import io.myelin.protocol.work.WorkFinding.Lie;
import io.myelin.v1.Evidence;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether an answer's chunks are the tokens' text, cut as every engine cuts it, and end where the
 * rules say. An answer that is cut short at a token is fine unless its node claims another end: a
 * client may have left, or the node's context been full.
 */
final class AnswerText {
  private final GenerationSpec spec;
  private final Evidence evidence;
  private final TextAssembler assembler;
  private int nextChunk;

  private AnswerText(GenerationSpec spec, Evidence evidence) {
    this.spec = spec;
    this.evidence = evidence;
    this.assembler = new TextAssembler(spec.getStopList());
  }

  /**
   * The first thing that is wrong.
   *
   * @param own the checker's view of the same tokens: the text of each
   * @param ends positions of tokens that end a generation
   * @param claimed why the node says the answer ended; UNSPECIFIED where that is not known
   */
  static Optional<Lie> firstLie(
      GenerationSpec spec,
      Evidence evidence,
      List<TokenLogprob> own,
      Set<Integer> ends,
      FinishReason claimed) {
    return new AnswerText(spec, evidence).read(own, ends, claimed);
  }

  private Optional<Lie> read(List<TokenLogprob> own, Set<Integer> ends, FinishReason claimed) {
    FinishReason ended = FinishReason.FINISH_REASON_UNSPECIFIED;
    long most = spec.getMaxTokens() == 0 ? Long.MAX_VALUE : spec.getMaxTokens() & 0xFFFFFFFFL;
    int count = own.size();
    for (int i = 0; i < count; i++) {
      if (ended != FinishReason.FINISH_REASON_UNSPECIFIED) {
        return lie(i, "tokens go on after the answer's end (expected: " + i + ")");
      }
      Released out;
      if (ends.contains(i) && !spec.getIgnoreEos()) {
        Released rest = assembler.finish();
        out = new Released(rest.tokens() + 1, rest.text());
        ended = FinishReason.FINISH_REASON_STOP;
      } else {
        out = assembler.push(own.get(i).getText().toByteArray());
        boolean full = evidence.getPrefixTokensCount() + i + 1L >= most;
        if (assembler.stopped()) {
          ended = FinishReason.FINISH_REASON_STOP;
        } else if (full || (i == count - 1 && assembler.heldTokens() > 0)) {
          // Only the end of the node's context lets out at the last token what was held.
          out = joined(out, assembler.finish());
          ended = FinishReason.FINISH_REASON_LENGTH;
        }
      }
      Optional<Lie> found = out.tokens() == 0 ? Optional.empty() : chunk(i, out);
      if (found.isPresent()) {
        return found;
      }
    }
    if (nextChunk != evidence.getChunksCount()) {
      return lie(
          count, "chunks: %d (expected: %d)".formatted(evidence.getChunksCount(), nextChunk));
    }
    return count == 0 ? Optional.empty() : end(count - 1, ended, claimed);
  }

  private Optional<Lie> chunk(int position, Released expected) {
    if (nextChunk >= evidence.getChunksCount()) {
      return lie(position, "chunks: " + nextChunk + " (expected: one more)");
    }
    GeneratedChunk given = evidence.getChunks(nextChunk++);
    ByteString text = given.getText();
    if (given.getTokensCount() != expected.tokens() || !text.equals(expected.text())) {
      return lie(
          position,
          "chunk %d: %d tokens, %d bytes of text (expected: %d tokens with exactly their text, %d bytes)"
              .formatted(
                  given.getSeq(),
                  given.getTokensCount(),
                  text.size(),
                  expected.tokens(),
                  expected.text().size()));
    }
    return Optional.empty();
  }

  private static Optional<Lie> end(int position, FinishReason ended, FinishReason claimed) {
    boolean stopped = ended == FinishReason.FINISH_REASON_STOP;
    if (claimed == FinishReason.FINISH_REASON_STOP && !stopped) {
      return lie(position, "the answer stops (expected: an end token or a stop string before)");
    }
    if (claimed == FinishReason.FINISH_REASON_LENGTH && stopped) {
      return lie(position, "the answer was cut for its length (expected: its model ended it)");
    }
    return Optional.empty();
  }

  private static Released joined(Released first, Released second) {
    return new Released(first.tokens() + second.tokens(), first.text().concat(second.text()));
  }

  private static Optional<Lie> lie(int position, String detail) {
    return Optional.of(new Lie(Kind.MALFORMED, position, detail));
  }
}
