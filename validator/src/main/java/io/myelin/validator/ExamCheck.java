package io.myelin.validator;

import io.myelin.committee.wire.Reason;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.settlement.SignOfLife;
import io.myelin.protocol.work.EvidenceFit;
import io.myelin.protocol.work.Exam;
import io.myelin.protocol.work.ExamPaper;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.ServedModel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Whether a node's models say what this validator's say. A model that this validator has no copy
 * of, or a class that it cannot compute, is left to others.
 */
final class ExamCheck {
  /** For all of a node's models; less than an asker waits. */
  private static final long EXAM_NANOS = TimeUnit.SECONDS.toNanos(15);

  /** From the last answer until a committee has heard of it, and from one block to the next. */
  private static final long ASKING_SECONDS = 60;

  private final ChainView view;
  private final WorkDesk desk;
  private final int context;
  private final Set<Address> underWay = ConcurrentHashMap.newKeySet();

  /**
   * With a setting.
   *
   * @param context words that a question must have before it where the claimed context has room
   */
  ExamCheck(ChainView view, WorkDesk desk, int context) {
    this.view = view;
    this.desk = desk;
    this.context = context;
  }

  /**
   * Refuses a node that does not answer in time, or that answers another thing than its model says.
   *
   * @param ageSeconds how long ago the block that the questions follow from was not the newest any
   *     more
   */
  void require(SignOfLife life, ExamPaper paper, long ageSeconds) throws RefusedException {
    if (!desk.isEquipped()) {
      return;
    }
    if (!WorkDigest.ofModels(paper.models()).equals(life.hello().modelsDigest())) {
      throw refused(
          "%d models of digest %s (expected: %s, as it signed)"
              .formatted(
                  paper.models().size(),
                  WorkDigest.ofModels(paper.models()),
                  life.hello().modelsDigest()));
    }
    requireInTime(paper, ageSeconds);
    if (!underWay.add(life.node())) {
      throw new RefusedException(
          Reason.BUSY, "node " + life.node() + " is being examined; ask again when it is done");
    }
    try {
      long deadlineNanos = System.nanoTime() + EXAM_NANOS;
      for (ServedModel model : paper.models()) {
        if (Exam.covers(model)) {
          require(life, model, answer(paper, model), deadlineNanos);
        }
      }
    } finally {
      underWay.remove(life.node());
    }
  }

  private static ExamAnswer answer(ExamPaper paper, ServedModel model) throws RefusedException {
    for (ExamAnswer answer : paper.answers()) {
      if (answer.getModel().equals(model.getId())) {
        return answer;
      }
    }
    throw refused("no answer to the exam in " + model.getId());
  }

  /**
   * Who gives its sign of life itself chooses the block, so that its age is all that can be known
   * of how long the answers took: it is given the time for asking and for blocks besides.
   */
  private void requireInTime(ExamPaper paper, long ageSeconds) throws RefusedException {
    int models = Math.toIntExact(paper.models().stream().filter(Exam::covers).count());
    long allowedSeconds = Exam.allowedSeconds(models, context) + ASKING_SECONDS;
    if (models > 0 && ageSeconds > allowedSeconds) {
      throw refused(
          "its exam took %d s (expected: at most %d; slower than %d token a second, and %d words of context, no node is let in)"
              .formatted(
                  ageSeconds,
                  allowedSeconds,
                  Exam.LEAST_TOKENS_PER_SECOND,
                  Exam.LEAST_CONTEXT_PER_SECOND));
    }
  }

  private void require(SignOfLife life, ServedModel model, ExamAnswer answer, long deadlineNanos)
      throws RefusedException {
    int expected = Exam.context(model.getContextLength(), context);
    if (answer.getContext() < expected) {
      throw refused(
          "its answer in %s is over %d words of context (expected: %d, for it claims %s tokens)"
              .formatted(
                  model.getId(),
                  answer.getContext(),
                  expected,
                  Integer.toUnsignedString(model.getContextLength())));
    }
    SignedWork work;
    try {
      work = Exam.read(answer, life.node(), life.hello().nonce(), view.network().domain());
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
    if (!work.evidence().getWeightsDigest().equals(model.getWeightsDigest())
        || !work.evidence().getEquivalenceClass().equals(model.getEquivalenceClass())) {
      throw refused(
          "the answer in %s is of class %s (expected: %s, of the weights that it serves)"
              .formatted(
                  model.getId(),
                  work.evidence().getEquivalenceClass(),
                  model.getEquivalenceClass()));
    }
    WorkFinding.Lie misfit = EvidenceFit.misfit(work).orElse(null);
    WorkFinding found = misfit != null ? misfit : desk.exam(work, deadlineNanos);
    if (found instanceof WorkFinding.Lie lie) {
      throw refused(
          "its answer to the exam in %s is wrong: %s at output token %d: %s"
              .formatted(model.getId(), lie.kind(), lie.position(), lie.detail()));
    }
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_NODE, detail);
  }
}
