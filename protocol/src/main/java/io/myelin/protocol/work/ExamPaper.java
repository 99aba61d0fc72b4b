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

  /**
   * Copies.
   *
   * @throws IllegalArgumentException when there are more models than a node is examined in, one of
   *     them twice, or more answers than models
   */
  public ExamPaper {
    if (models.size() > Exam.MOST_MODELS) {
      throw new IllegalArgumentException(
          "models: %d (expected: at most %d, in which a node is examined)"
              .formatted(models.size(), Exam.MOST_MODELS));
    }
    if (models.stream().map(ServedModel::getId).distinct().count() < models.size()) {
      throw new IllegalArgumentException("models: one is named twice (expected: each once)");
    }
    if (answers.size() > models.size()) {
      throw new IllegalArgumentException(
          "answers: %d (expected: at most one for each of %d models)"
              .formatted(answers.size(), models.size()));
    }
    models = List.copyOf(models);
    answers = List.copyOf(answers);
  }
}
