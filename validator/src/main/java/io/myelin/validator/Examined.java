package io.myelin.validator;

import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkScore;
import io.myelin.v1.ExamineReply;
import java.util.Optional;

/**
 * What this validator found of one answer of one node.
 *
 * @param work what the node signed
 * @param found in short
 * @param detail for people
 * @param measured of one that was measured: how far apart
 */
record Examined(
    SignedWork work,
    ExamineReply.Found found,
    String detail,
    Optional<WorkFinding.Measured> measured) {

  Examined(SignedWork work, ExamineReply.Found found, String detail) {
    this(work, found, detail, Optional.empty());
  }

  static Examined of(SignedWork work, WorkFinding finding) {
    return switch (finding) {
      case WorkFinding.Exact(int tokens) ->
          new Examined(
              work,
              ExamineReply.Found.FOUND_EXACT,
              tokens + " tokens are, bit for bit, what the model says");
      case WorkFinding.Lie(WorkFinding.Kind kind, int position, String detail) ->
          new Examined(
              work,
              ExamineReply.Found.FOUND_LIE,
              "%s at output token %d: %s".formatted(kind, position, detail));
      case WorkFinding.Measured measured -> of(work, measured);
      case WorkFinding.Undecided(String reason) ->
          new Examined(work, ExamineReply.Found.FOUND_UNDECIDED, reason);
    };
  }

  private static Examined of(SignedWork work, WorkFinding.Measured measured) {
    WorkScore score = measured.score();
    return new Examined(
        work,
        ExamineReply.Found.FOUND_MEASURED,
        "another class: %s / 1024 apart on average, %d at most, %d of %d tokens unlikely"
            .formatted(score.meanQ10(), score.worstQ10(), score.outside(), score.tokens()),
        Optional.of(measured));
  }

  boolean isLie() {
    return found == ExamineReply.Found.FOUND_LIE;
  }
}
