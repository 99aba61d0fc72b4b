package io.myelin.protocol.work;

import io.myelin.v1.ExamAnswer;
import io.myelin.v1.ServedModel;
import java.util.List;

/**
 * What a node hands in.
 *
 * @param models that it serves, as it signed with its hello
 * @param answers to the exam of the hello's nonce
 */
public record ExamPaper(List<ServedModel> models, List<ExamAnswer> answers) {
  /** Of a node that serves nothing. */
  public static final ExamPaper EMPTY = new ExamPaper(List.of(), List.of());

  /** Copies. */
  public ExamPaper {
    models = List.copyOf(models);
    answers = List.copyOf(answers);
  }
}
