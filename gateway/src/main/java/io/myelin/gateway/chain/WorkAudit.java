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
import io.myelin.v1.WorkRecord;
import java.time.Duration;
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
  private static final int MOST_TRIES = 8;
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final ChainClient chain;
  private final NetworkContracts network;
  private final Address gateway;
  private final Committee committee;
  private final CommitteePin pin;
  private final Journal journal;
  private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final BlockingQueue<Suspicion> suspicions = new ArrayBlockingQueue<>(MOST_WAITING);
  private final List<Thread> threads;

  /**
   * Work that there is a reason to look at.
   *
   * @param taskId 64 hex digits
   * @param tries so far
   */
  private record Suspicion(String taskId, List<Address> nodes, int tries) {}

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
    // An alarm waits for no sample, and no sample for an alarm.
    this.threads =
        List.of(
            Thread.ofVirtual().name("gateway-audit").unstarted(() -> work(this::showNext)),
            Thread.ofVirtual().name("gateway-alarms").unstarted(() -> work(this::examineNext)));
  }

  void start() {
    threads.forEach(Thread::start);
  }

  /** A receipt to show; one that finds no room is shown before its batch is settled. */
  void receipted(String taskId) {
    boolean _ = waiting.offer(taskId);
  }

  /**
   * An alarm: members are shown this work, whether they drew it or not. What they find counts, the
   * alarm does not.
   *
   * @param nodes whose work of the task
   */
  void suspected(String taskId, List<Address> nodes) {
    if (!suspicions.offer(new Suspicion(taskId, List.copyOf(nodes), 0))) {
      log.warn("task {}: validators are not shown the work of {}, too much waits", taskId, nodes);
    }
  }

  private interface Step {
    void run() throws InterruptedException;
  }

  private static void work(Step step) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        step.run();
      }
    } catch (InterruptedException e) {
      // close() ends it.
      Thread.currentThread().interrupt();
    }
  }

  private void showNext() throws InterruptedException {
    List<String> tasks = new ArrayList<>();
    tasks.add(waiting.take());
    waiting.drainTo(tasks, PAGE - 1);
    try {
      show(tasks);
    } catch (RuntimeException | TimeoutException e) {
      log.warn("{} answers are shown to validators later: {}", tasks.size(), e.getMessage());
    }
  }

  private void examineNext() throws InterruptedException {
    Suspicion suspicion = suspicions.take();
    try {
      List<WorkRecord> records =
          journal.works().ofTask(suspicion.taskId()).stream()
              .filter(
                  record -> suspicion.nodes().contains(Address.of(record.getNode().toByteArray())))
              .toList();
      InferencePayment.BatchesAnswer next = network.payment().batches(gateway).on(chain);
      List<Committee.Shown> found = committee.examine(gateway, next.batch(), pin.set(), records);
      tell(found);
      if (found.isEmpty() && !records.isEmpty()) {
        // All are busy, or away.
        again(suspicion, "nobody looked");
      }
    } catch (RuntimeException | TimeoutException e) {
      again(suspicion, String.valueOf(e.getMessage()));
    }
  }

  private void again(Suspicion suspicion, String why) throws InterruptedException {
    if (suspicion.tries() + 1 == MOST_TRIES) {
      log.warn(
          "task {}: validators are not shown the work of {}: {}",
          suspicion.taskId(),
          suspicion.nodes(),
          why);
      return;
    }
    Thread.sleep(PAUSE);
    boolean _ =
        suspicions.offer(
            new Suspicion(suspicion.taskId(), suspicion.nodes(), suspicion.tries() + 1));
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
    tell(
        committee.show(
            gateway,
            batch,
            set,
            receipts.stream().map(one -> one.json().toByteArray()).toList(),
            place -> journal.works().ofTask(receipts.get(place).taskId())));
  }

  private static void tell(List<Committee.Shown> found) {
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
    threads.forEach(Thread::interrupt);
  }
}
