package io.myelin.gateway.chain;

import com.google.protobuf.ByteString;
import io.myelin.chain.ChainClient;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.gateway.journal.Journal;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.v1.ExamineReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets validators check what nodes did: each receipt is shown to the committee of the gateway's
 * next batch, as it comes and once more before the batch is settled, and so is the work that a
 * member wants to see. Members decide by themselves what they want, and attest nothing that they
 * wanted and did not get.
 */
final class WorkAudit implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorkAudit.class);
  private static final int MOST_WAITING = 4_096;
  private static final int PAGE = 256;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final Address gateway;
  private final Committee committee;
  private final CommitteePin pin;
  private final Journal journal;
  private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Thread thread;

  WorkAudit(
      ChainClient chain,
      NetworkContracts network,
      Address gateway,
      Committee committee,
      CommitteePin pin,
      Journal journal) {
    this.chain = chain;
    this.network = network;
    this.gateway = gateway;
    this.committee = committee;
    this.pin = pin;
    this.journal = journal;
    this.thread = Thread.ofVirtual().name("gateway-audit").unstarted(this::work);
  }

  void start() {
    thread.start();
  }

  /** A receipt to show; one that finds no room is shown before its batch is settled. */
  void receipted(String taskId) {
    boolean _ = waiting.offer(taskId);
  }

  private void work() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        List<String> tasks = new ArrayList<>();
        tasks.add(waiting.take());
        waiting.drainTo(tasks, PAGE - 1);
        try {
          show(tasks);
        } catch (RuntimeException | TimeoutException e) {
          log.warn("{} answers are shown to validators later: {}", tasks.size(), e.getMessage());
        }
      }
    } catch (InterruptedException e) {
      // close() ends it.
      Thread.currentThread().interrupt();
    }
  }

  private void show(List<String> tasks) throws InterruptedException, TimeoutException {
    long set = pin.set();
    InferencePayment.BatchesAnswer next = network.payment().batches(gateway).on(chain);
    List<Shown> shown = new ArrayList<>();
    for (String task : tasks) {
      journal.tasks().receipt(task).ifPresent(json -> shown.add(new Shown(task, json)));
    }
    show(next.batch(), set, shown);
  }

  /**
   * Shows all that there is of the sessions that are to be settled; members have checked what they
   * want of it when it returns. Also what is not claimed, since a member that drew it waits for it:
   * work that was found false, and receipts that a session's terms do not bear.
   */
  void showAll(Committee.Batch batch) throws InterruptedException {
    for (Committee.Claim claim : batch.claims()) {
      boolean checked =
          VerificationLevel.of(claim.session().tail().verification())
              .filter(VerificationLevel::isChecked)
              .isPresent();
      List<ByteString> page;
      for (long read = 0; checked; read += page.size()) {
        page = journal.works().receipts(claim.session().id().hex(), read, PAGE);
        List<Shown> shown = new ArrayList<>();
        page.forEach(json -> taskOf(json).ifPresent(task -> shown.add(new Shown(task, json))));
        show(batch.number(), batch.set(), shown);
        checked = page.size() == PAGE;
      }
    }
  }

  private record Shown(String taskId, ByteString json) {}

  private static Optional<String> taskOf(ByteString json) {
    try {
      return Optional.of(SignedReceipt.parse(json.toStringUtf8()).receipt().taskId().hex());
    } catch (ReceiptFormatException e) {
      return Optional.empty();
    }
  }

  private void show(long batch, long set, List<Shown> all) throws InterruptedException {
    if (all.isEmpty()) {
      return;
    }
    List<Shown> receipts = List.copyOf(all);
    List<Committee.Shown> found =
        committee.show(
            gateway,
            batch,
            set,
            receipts.stream().map(one -> one.json().toByteArray()).toList(),
            place -> journal.works().ofTask(receipts.get(place).taskId()));
    for (Committee.Shown one : found) {
      if (one.found() == ExamineReply.Found.FOUND_LIE) {
        log.warn(
            "validator of {}: node {} lied about task {}: {}",
            one.validator(),
            Address.of(one.record().getNode().toByteArray()),
            TaskId.of(one.record().getOffer().getTaskId().toByteArray()),
            one.detail());
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
