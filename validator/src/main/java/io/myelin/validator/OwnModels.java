package io.myelin.validator;

import io.myelin.engine.check.WorkChecker;
import io.myelin.engine.judge.AnswerJudge;
import io.myelin.protocol.poi.Dispersion;
import io.myelin.protocol.work.Calibrations;
import java.util.Optional;

/**
 * What a validator does with copies of models; any of it may be missing, then others do it. The
 * caller closes what it uses, after the validator.
 *
 * @param checker of nodes' work
 * @param embedder by which it says how far answers of cognitive rounds lie apart
 * @param judge by which it marks answers
 * @param calibrations by which measured checks count; without any for a node's class they decide
 *     nothing
 */
public record OwnModels(
    Optional<WorkChecker> checker,
    Optional<Dispersion.Embedder> embedder,
    Optional<AnswerJudge> judge,
    Calibrations calibrations) {
  /** Of a validator without any model. */
  public static final OwnModels NONE =
      new OwnModels(Optional.empty(), Optional.empty(), Optional.empty(), Calibrations.NONE);

  /** Without calibrations. */
  public OwnModels(
      Optional<WorkChecker> checker,
      Optional<Dispersion.Embedder> embedder,
      Optional<AnswerJudge> judge) {
    this(checker, embedder, judge, Calibrations.NONE);
  }

  /** The same with another check of nodes' work. */
  OwnModels withChecker(WorkChecker other) {
    return new OwnModels(Optional.of(other), embedder, judge, calibrations);
  }
}
