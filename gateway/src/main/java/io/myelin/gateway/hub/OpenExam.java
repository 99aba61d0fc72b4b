package io.myelin.gateway.hub;

import io.myelin.gateway.session.ExamFigures;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.typeddata.NodeHello;
import io.myelin.protocol.work.Exam;
import io.myelin.protocol.work.ExamPaper;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.Hello;
import io.myelin.v1.ServedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A question that a node has not answered in full yet, and when it answered what. */
final class OpenExam {
  private final NodeHello signed;
  private final List<ServedModel> models;
  private final int context;
  private final CompletableFuture<SignedHello> done = new CompletableFuture<>();
  private final List<ExamAnswer> answers = new ArrayList<>();
  private final List<ExamFigures.Measured> measured = new ArrayList<>();
  private long sinceMillis;

  /**
   * Asked now.
   *
   * @param signed what the node must sign
   * @param hello what it said of its models
   * @param context words of context that the exam is over
   */
  OpenExam(NodeHello signed, Hello hello, int context, long nowMillis) {
    this.signed = signed;
    this.models = hello.getModelsList();
    this.context = context;
    this.sinceMillis = nowMillis;
  }

  NodeHello signed() {
    return signed;
  }

  /** Done when the node has signed, or cannot any more. */
  CompletableFuture<SignedHello> done() {
    return done;
  }

  /**
   * An answer came.
   *
   * @throws IllegalArgumentException when it is in a model that the node does not serve, or has
   *     answered in
   */
  synchronized void answered(ExamAnswer answer, long nowMillis) {
    String model = answer.getModel();
    if (models.stream().noneMatch(served -> served.getId().equals(model))
        || answers.stream().anyMatch(before -> before.getModel().equals(model))) {
      throw new IllegalArgumentException(
          "exam_answer: in a model that is not served, or once more (expected: one in each)");
    }
    answers.add(answer);
    measured.add(
        new ExamFigures.Measured(
            model,
            answer.getContext(),
            answer.getResult().getPromptTokens(),
            answer.getResult().getOutputTokens(),
            Math.max(0, nowMillis - sinceMillis)));
    sinceMillis = nowMillis;
  }

  int allowedSeconds() {
    return Exam.allowedSeconds(
        Math.toIntExact(models.stream().filter(Exam::covers).count()), context);
  }

  int firstAllowedSeconds() {
    return Exam.allowedSeconds(1, context);
  }

  /** Its time is over. */
  void overdue() {
    done.completeExceptionally(SlowExamException.unfinished(allowedSeconds(), context));
  }

  /** The time of one answer is over: who gave none yet keeps nobody else waiting for longer. */
  synchronized void firstOverdue() {
    if (answers.isEmpty()) {
      done.completeExceptionally(SlowExamException.unbegun(firstAllowedSeconds(), context));
    }
  }

  /** The node signed, which ends it. */
  synchronized void proved(Signature signature) {
    done.complete(
        new SignedHello(signed, signature, new ExamPaper(models, answers), List.copyOf(measured)));
  }
}
