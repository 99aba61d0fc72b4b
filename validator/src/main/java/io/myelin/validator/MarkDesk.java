package io.myelin.validator;

import io.myelin.committee.wire.Reason;
import io.myelin.engine.judge.AnswerJudge;
import io.myelin.protocol.usefulness.Marks;
import io.myelin.v1.AnswerMarks;
import io.myelin.v1.MarkReply;
import io.myelin.v1.MarkRequest;
import io.myelin.v1.QuestionAndAnswer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Marks answers with this validator's own model, for one asker at a time. */
final class MarkDesk {
  /** Answers of one question. */
  static final int MOST_ANSWERS = 64;

  /** UTF-16 units of a question or an answer; what is marked is shorter still. */
  static final int MOST_CHARACTERS = 16_384;

  /** Less than an asker waits. */
  private static final long NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Optional<AnswerJudge> judge;
  private final long nanos;
  private final Semaphore free = new Semaphore(1);
  private long freeAtNanos = System.nanoTime();

  MarkDesk(Optional<AnswerJudge> judge) {
    this(judge, NANOS);
  }

  /** One that marks for so long at most. */
  MarkDesk(Optional<AnswerJudge> judge, long nanos) {
    this.judge = judge;
    this.nanos = nanos;
  }

  /** Marks in the order of the answers, as many of them as there is time for; blocks. */
  MarkReply mark(MarkRequest request) throws RefusedException {
    if (judge.isEmpty()) {
      throw new RefusedException(
          Reason.NOT_EQUIPPED, "this validator has no model to mark with; others do");
    }
    if (request.getAnswersCount() < 1 || request.getAnswersCount() > MOST_ANSWERS) {
      throw new IllegalArgumentException(
          "answers: %d (expected: 1 to %d)".formatted(request.getAnswersCount(), MOST_ANSWERS));
    }
    for (QuestionAndAnswer one : request.getAnswersList()) {
      int length = Math.max(one.getQuestion().length(), one.getAnswer().length());
      if (length > MOST_CHARACTERS) {
        throw new IllegalArgumentException(
            "answers: one of %d characters (expected: at most %d)"
                .formatted(length, MOST_CHARACTERS));
      }
    }
    if (!free.tryAcquire()) {
      throw new RefusedException(Reason.BUSY, "other answers are marked; ask again");
    }
    long beganNanos = System.nanoTime();
    try {
      long restNanos = freeAtNanos - beganNanos;
      if (restNanos > 0) {
        throw new RefusedException(
            Reason.BUSY,
            "answers were marked just now; ask again in "
                + (1 + TimeUnit.NANOSECONDS.toSeconds(restNanos))
                + " s");
      }
      return marks(request, judge.get());
    } finally {
      // As long again for all else that the engine does; a refusal costs nothing.
      freeAtNanos = Math.max(freeAtNanos, 2 * System.nanoTime() - beganNanos);
      free.release();
    }
  }

  private MarkReply marks(MarkRequest request, AnswerJudge judge) throws RefusedException {
    long deadlineNanos = System.nanoTime() + nanos;
    MarkReply.Builder reply = MarkReply.newBuilder();
    for (QuestionAndAnswer one : request.getAnswersList()) {
      CompletableFuture<Marks> marks = judge.mark(one.getQuestion(), one.getAnswer());
      try {
        Marks found =
            marks.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        reply.addMarks(
            AnswerMarks.newBuilder()
                .setUsefulness(found.usefulness())
                .setCorrectness(found.correctness()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RefusedException(Reason.BUSY, "interrupted");
      } catch (ExecutionException e) {
        return part(reply, "not marked: " + e.getCause());
      } catch (TimeoutException e) {
        marks.cancel(true);
        return part(reply, "not marked in time; ask for fewer");
      }
    }
    return reply.build();
  }

  /** They are in an order that nobody knows here, so the first ones say as much as any. */
  private static MarkReply part(MarkReply.Builder reply, String why) throws RefusedException {
    if (reply.getMarksCount() == 0) {
      throw new RefusedException(Reason.BUSY, why);
    }
    return reply.build();
  }
}
