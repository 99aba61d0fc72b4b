package io.myelin.validator;

import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.Sprt;
import io.myelin.protocol.work.WorkHistory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a charge of a history that condemns, from the work that this validator keeps. */
final class RunMaker {
  private static final Logger LOG = LoggerFactory.getLogger(RunMaker.class);

  private final Histories histories;
  private final WorkFiles files;

  private record Part(SignedWork work, double ratio) {}

  RunMaker(Histories histories, WorkFiles files) {
    this.histories = histories;
    this.files = files;
  }

  /** The charge; empty where too little of the work is kept, or it is too large to be shown. */
  Optional<Charge> charge(WorkHistory condemned) {
    List<Part> parts = new ArrayList<>();
    for (WorkHistory.Sample sample : condemned.run()) {
      try {
        files
            .find(sample.work())
            .map(kept -> new Part(kept.charge().works().getFirst(), sample.ratio()))
            .ifPresent(parts::add);
      } catch (IOException e) {
        LOG.error("work {} cannot be read: {}", sample.work(), e.toString());
      }
    }
    while (bytes(parts) > SignedWork.MAX_BYTES) {
      parts.remove(parts.stream().max(Comparator.comparingLong(RunMaker::bytes)).orElseThrow());
    }
    Sprt.State left = histories.sprt().sum(parts.stream().map(Part::ratio).toList());
    if (left.decision() != Sprt.Decision.CONDEMN) {
      LOG.error(
          "a node is condemned by {} measured answers, of which {} can be shown: {}",
          condemned.run().size(),
          parts.size(),
          words(left, histories.sprt()));
      return Optional.empty();
    }
    return Optional.of(Charge.ofRun(parts.stream().map(Part::work).toList()));
  }

  private static long bytes(List<Part> parts) {
    return parts.stream().mapToLong(RunMaker::bytes).sum();
  }

  private static long bytes(Part part) {
    return part.work().record().getSerializedSize();
  }

  /** A state of the test for people. */
  static String words(Sprt.State state, Sprt sprt) {
    return String.format(
        Locale.ROOT,
        "%d measured answers, together %.2f from the model (condemned from %.2f)",
        state.checks(),
        state.sum(),
        sprt.upper());
  }
}
