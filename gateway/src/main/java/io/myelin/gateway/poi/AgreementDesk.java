package io.myelin.gateway.poi;

import com.google.protobuf.ByteString;
import io.myelin.gateway.journal.Journal;
import io.myelin.gateway.task.AgreementView;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.poi.Agreement;
import io.myelin.protocol.poi.Dispersion;
import io.myelin.protocol.poi.WitnessedAnswer;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.v1.WorkRecord;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the answers of redundant tasks once their receipts are in the journal, on a thread of
 * its own: no client waits for it, and nobody's pay depends on it.
 */
public final class AgreementDesk implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AgreementDesk.class);
  private static final int MOST_WAITING = 4_096;

  private final Journal journal;
  private final Eip712Domain domain;
  private final Optional<Dispersion.Embedder> embedder;
  private final InstantSource clock;
  private final Listener listener;
  private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Thread thread;

  /** What hears of each comparison. */
  public interface Listener {
    /**
     * Answers were compared.
     *
     * @param taskId 64 hex digits
     * @param nodes that answered
     */
    void compared(String taskId, List<Address> nodes, Agreement agreement);
  }

  /**
   * Over a gateway's journal; {@link #start} starts it.
   *
   * @param embedder makes vectors of texts; without one only nodes of one class are told apart
   */
  public AgreementDesk(
      Journal journal,
      Eip712Domain domain,
      Optional<Dispersion.Embedder> embedder,
      InstantSource clock,
      Listener listener) {
    this.journal = journal;
    this.domain = domain;
    this.embedder = embedder;
    this.clock = clock;
    this.listener = listener;
    this.thread = Thread.ofVirtual().name("gateway-agreement").unstarted(this::work);
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  /** A receipt is in the journal; never blocks. One that finds no room is not compared. */
  public void receipted(String taskId) {
    if (!waiting.offer(taskId)) {
      log.warn("task {}: its answers are not compared, too many wait", taskId);
    }
  }

  private void work() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        String task = waiting.take();
        try {
          compare(task);
        } catch (RuntimeException e) {
          log.warn("task {}: its answers are not compared", task, e);
        }
      }
    } catch (InterruptedException e) {
      // close() ends it.
      Thread.currentThread().interrupt();
    }
  }

  /** Compares a task's answers now; of a session of another level it does nothing. */
  public void compare(String taskId) {
    if (!isRedundant(taskId)) {
      return;
    }
    List<WitnessedAnswer> answers = new ArrayList<>();
    for (WorkRecord record : journal.works().ofTask(taskId)) {
      answers.add(WitnessedAnswer.of(SignedWork.of(record, domain)));
    }
    Agreement agreement = agreement(taskId, answers);
    List<Address> nodes = answers.stream().map(WitnessedAnswer::node).toList();
    if (agreement.alarms()) {
      log.warn("task {}: {}, {}", taskId, agreement.outcome().label(), agreement.named());
    }
    listener.compared(taskId, nodes, agreement);
    // Last: who sees it kept finds it counted.
    var _ = journal.comparisons().keep(taskId, view(agreement, nodes), clock.millis());
  }

  private boolean isRedundant(String taskId) {
    Optional<ByteString> json = journal.tasks().receipt(taskId);
    if (json.isEmpty()) {
      return false;
    }
    try {
      return VerificationLevel.ofReceipt(
              SignedReceipt.parse(json.get().toStringUtf8()).receipt().verdict().level())
          .filter(level -> level == VerificationLevel.REDUNDANT)
          .isPresent();
    } catch (ReceiptFormatException e) {
      throw new IllegalStateException("a receipt in the journal is damaged", e);
    }
  }

  private Agreement agreement(String taskId, List<WitnessedAnswer> answers) {
    try {
      return Agreement.of(answers, embedder);
    } catch (RuntimeException e) {
      // Classes can be compared all the same.
      log.warn("task {}: no embeddings: {}", taskId, e.toString());
      return Agreement.of(answers, Optional.empty());
    }
  }

  private static AgreementView view(Agreement agreement, List<Address> nodes) {
    return new AgreementView(
        agreement.outcome().label(),
        agreement.alarms(),
        agreement.distance().isPresent() ? agreement.distance().getAsDouble() : null,
        nodes.stream()
            .map(
                node ->
                    new AgreementView.Compared(
                        node,
                        agreement.named().stream()
                            .filter(one -> one.node().equals(node))
                            .map(one -> one.why().label())
                            .findFirst()
                            .orElse(null)))
            .toList());
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
