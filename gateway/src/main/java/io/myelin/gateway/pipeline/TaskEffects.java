package io.myelin.gateway.pipeline;

import com.google.protobuf.ByteString;
import io.myelin.gateway.hub.NodeLink;
import io.myelin.gateway.journal.TaskEnd;
import io.myelin.gateway.session.TaskUsage;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.task.Assignment;
import io.myelin.protocol.task.Cut;
import io.myelin.protocol.task.DeadlineKind;
import io.myelin.protocol.task.LossCause;
import io.myelin.protocol.task.NodeStage;
import io.myelin.protocol.task.Role;
import io.myelin.protocol.task.TaskEffect;
import io.myelin.protocol.task.TaskEvent;
import io.myelin.protocol.task.TaskPhase;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.v1.Cancel;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.Reveal;
import io.myelin.v1.ServedModel;
import io.myelin.v1.TaskFinal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries out what a task's machine decided. In the task's loop. */
final class TaskEffects {
  private final TaskRunner task;
  private final PipelineContext context;
  private final ReceiptMaker receipts;
  private final Map<Integer, NodeLink> links = new HashMap<>();
  private final Map<Long, Dispatcher.Search> searches = new HashMap<>();
  private @Nullable ByteString weights;
  private @Nullable SignedReceipt receipt;
  private @Nullable TaskUsage usage;
  private final boolean checked;
  private boolean clientWaits;
  private boolean settled;

  /**
   * Of one task.
   *
   * @param checked whether nodes are asked for their evidence, since validators may want to see it
   */
  TaskEffects(TaskRunner task, PipelineContext context, VerificationLevel level, boolean checked) {
    this.checked = checked;
    this.task = task;
    this.context = context;
    this.weights = task.row().weights();
    this.receipts = new ReceiptMaker(context.identity(), task.work(), task.row().price(), level);
  }

  void carryOut(TaskEffect effect) {
    switch (effect) {
      case TaskEffect.SendOffer offer -> prepareOffer(offer);
      case TaskEffect.CancelNode cancel -> cancelNode(cancel);
      case TaskEffect.CutNode cut -> cutNode(cut);
      case TaskEffect.EndStream end -> endStream(end);
      case TaskEffect.AskReveal reveal -> askReveal(reveal);
      case TaskEffect.TellNodeFinal told -> tellFinal(told);
      case TaskEffect.ArmDeadline deadline -> task.arm(deadline);
      case TaskEffect.DisarmDeadline deadline -> {
        task.disarm(deadline.armedId());
        if (deadline.kind() == DeadlineKind.REPLACEMENT) {
          endSearch(deadline.armedId());
        }
      }
      case TaskEffect.ChooseReplacement search -> search(search);
      // Level 0: what the machine checked of every commitment is all there is to check.
      case TaskEffect.ValidateNow() ->
          task.raise(new TaskEvent.Validated(true, "every commitment holds"));
      case TaskEffect.BuildAndStoreReceipt() -> storeReceipt();
      // With the receipt: it is made in the same turn, and then in the journal before it is told.
      case TaskEffect.TellClientCompleted() -> clientWaits = true;
      case TaskEffect.TellClientFailed failed -> tellFailed(failed);
      case TaskEffect.ReleaseSlot slot -> {
        context.dispatcher().release(task.taskId(), slot.node());
        task.raise(new TaskEvent.Released(slot.node(), slot.attempt()));
      }
      case TaskEffect.Penalise penalty -> penalise(penalty);
      case TaskEffect.Forget() -> {
        task.stopTimers();
        task.afterJournal(_ -> context.forget().accept(task));
      }
    }
  }

  // Nodes.

  private void prepareOffer(TaskEffect.SendOffer offer) {
    NodeLink link = context.dispatcher().link(offer.node()).orElse(null);
    if (link == null) {
      task.raise(
          new TaskEvent.NodeLost(
              offer.node(), offer.attempt(), LossCause.CONNECTION_LOST, task.output().position()));
      return;
    }
    links.put(offer.attempt(), link);
    link.account().countOffered();
    if (offer.role() == Role.PRIMARY) {
      task.inbox().open(link, task.id(), offer.attempt(), offer.from().chunks());
      noteWeights(link);
    }
    if (task.isLive()) {
      send(link, offer);
    } else {
      // After a restart no node may hold an offer that the journal knows nothing of.
      task.afterJournal(
          written -> {
            if (written && isLinkOf(offer.attempt(), link)) {
              send(link, offer);
            }
          });
    }
  }

  private void send(NodeLink link, TaskEffect.SendOffer offer) {
    link.send(
        GatewayMessage.newBuilder()
            .setOffer(
                task.work()
                    .offer(
                        offer.node(), offer.attempt(), offer.role(), offer.from(), task.output()))
            .build());
  }

  private void noteWeights(NodeLink link) {
    for (ServedModel served : link.hello().getModelsList()) {
      if (served.getId().equals(task.need().model())
          && !served.getWeightsDigest().equals(weights)) {
        weights = served.getWeightsDigest();
        task.changes().weights(served.getWeightsDigest());
      }
    }
  }

  private void cancelNode(TaskEffect.CancelNode cancel) {
    task.inbox().close(cancel.attempt());
    NodeLink link = links.get(cancel.attempt());
    if (link == null) {
      return;
    }
    link.send(
        GatewayMessage.newBuilder()
            .setCancel(Cancel.newBuilder().setTaskId(task.id()).setReason(cancel.reason()))
            .build());
    if (!task.state().ended()) {
      links.remove(cancel.attempt());
      tellReplaced(link, cancel.reason());
    }
  }

  /** A node that had finished, while the client was behind, needs no telling. */
  private void cutNode(TaskEffect.CutNode cut) {
    NodeLink link = links.get(cut.attempt());
    if (link != null && !task.inbox().endWaits()) {
      link.send(
          GatewayMessage.newBuilder()
              .setCancel(
                  Cancel.newBuilder().setTaskId(task.id()).setReason(cut.reason()).setSettle(true))
              .build());
    }
    task.inbox().finishIfRead();
  }

  private void endStream(TaskEffect.EndStream end) {
    TaskFailure failure =
        new TaskFailure(end.code(), end.message(), end.clientFault(), end.at().tokens());
    task.afterJournal(_ -> task.feed().end(new Outcome.Failed(failure), end.at().chunks()));
  }

  /** Lets a node forget a task that it has no part in any more. */
  void tellReplaced(NodeLink link, String reason) {
    link.send(
        GatewayMessage.newBuilder()
            .setFinal(
                TaskFinal.newBuilder()
                    .setTaskId(task.id())
                    .setOutcome(TaskFinal.Outcome.OUTCOME_REPLACED)
                    .setReason(reason))
            .build());
  }

  private void askReveal(TaskEffect.AskReveal reveal) {
    NodeLink link = links.get(reveal.attempt());
    if (link != null) {
      link.send(
          GatewayMessage.newBuilder()
              .setReveal(
                  Reveal.newBuilder()
                      .setTaskId(task.id())
                      .setAttempt(reveal.attempt())
                      .setWithEvidence(checked))
              .build());
    }
  }

  private void tellFinal(TaskEffect.TellNodeFinal told) {
    NodeLink link = links.remove(told.attempt());
    if (link == null) {
      return;
    }
    TaskFinal.Builder last = TaskFinal.newBuilder().setTaskId(task.id());
    switch (told.outcome()) {
      case TaskPhase.Completed completed -> {
        last.setOutcome(TaskFinal.Outcome.OUTCOME_COMPLETED)
            .setReceiptDigest(ByteString.copyFrom(completed.receiptDigest().bytes()));
        countCompleted(link, told.attempt());
      }
      case TaskPhase.Failed failed ->
          last.setOutcome(TaskFinal.Outcome.OUTCOME_FAILED).setReason(failed.code());
      case TaskPhase.Cancelled cancelled ->
          last.setOutcome(TaskFinal.Outcome.OUTCOME_CANCELLED).setReason(cancelled.cause().code());
    }
    SignedReceipt made = receipt;
    if (made != null && last.getReceiptDigest().isEmpty()) {
      last.setReceiptDigest(ByteString.copyFrom(made.receipt().digest().bytes()));
      countCompleted(link, told.attempt());
    }
    link.send(GatewayMessage.newBuilder().setFinal(last).build());
  }

  private void countCompleted(NodeLink link, int attempt) {
    boolean committed =
        task.state()
            .attempt(attempt)
            .map(assignment -> assignment.stage() == NodeStage.COMMITTED)
            .orElse(false);
    if (committed) {
      link.account().countCompleted();
    }
  }

  private void penalise(TaskEffect.Penalise penalty) {
    // The link of the attempt may be forgotten by now; the account is the node's.
    context
        .dispatcher()
        .link(penalty.node())
        .ifPresent(
            link -> link.account().countFailed(penalty.cause() + " at stage " + penalty.stage()));
  }

  boolean isLinkOf(int attempt, NodeLink link) {
    return link.equals(links.get(attempt));
  }

  boolean hasLink(int attempt) {
    return links.containsKey(attempt);
  }

  void link(int attempt, NodeLink link) {
    links.put(attempt, link);
  }

  // Searches.

  private void search(TaskEffect.ChooseReplacement effect) {
    Dispatcher.Search search = new ReplacementSearch(effect.requestId(), effect.excluded());
    searches.put(effect.requestId(), search);
    context.dispatcher().search(search, effect.again());
  }

  void endSearch(long requestId) {
    Dispatcher.Search search = searches.remove(requestId);
    if (search != null) {
      context.dispatcher().endSearch(search);
    }
  }

  private final class ReplacementSearch implements Dispatcher.Search {
    private final long requestId;
    private final List<Address> excluded;

    ReplacementSearch(long requestId, List<Address> excluded) {
      this.requestId = requestId;
      this.excluded = excluded;
    }

    @Override
    public String taskId() {
      return task.taskId();
    }

    @Override
    public String sessionId() {
      return task.sessionId();
    }

    @Override
    public SlotTable.Need need() {
      return task.need();
    }

    @Override
    public List<Address> excluded() {
      return excluded;
    }

    @Override
    public void onFound(Address node) {
      task.loop()
          .run(
              () -> {
                searches.remove(requestId);
                task.raise(new TaskEvent.ReplacementChosen(requestId, node));
              });
    }

    @Override
    public void onNone() {
      task.loop()
          .run(
              () -> {
                searches.remove(requestId);
                task.raise(new TaskEvent.NoReplacement(requestId));
              });
    }
  }

  // Ends.

  private void storeReceipt() {
    long now = context.clock().millis();
    SignedReceipt made = receipt;
    if (made == null) {
      ByteString announced = weights;
      made =
          receipts.make(
              task.state(),
              task.output(),
              announced == null ? Digest.ZERO : Digest.of(announced.toByteArray()),
              now);
      receipt = made;
      usage =
          new TaskUsage(
              made.receipt().price().totalWei(),
              made.receipt().output().promptTokens(),
              made.receipt().output().outputTokens());
    }
    task.inbox().works().forEach(task.changes()::work);
    Digest digest = made.receipt().digest();
    Cut cut = task.state().cut();
    task.changes()
        .end(
            new TaskEnd(
                cut == null ? "completed" : task.state().label(),
                now,
                cut == null ? null : failure(cut),
                task.work().embeds() ? null : cut == null ? result() : partial(cut),
                task.inbox().embedding(),
                usage,
                earned(made),
                ByteString.copyFromUtf8(made.json()),
                ByteString.copyFrom(digest.bytes())));
    task.afterJournal(
        written -> {
          if (written) {
            settle();
            context.vouchers().afterTask(task.sessionId(), workers());
            if (checked) {
              context.receipted().accept(task.taskId());
            }
          }
          if (cut == null && (written || clientWaits)) {
            // Whole and verified: a journal that fails must not take it from the client.
            clientWaits = false;
            tellCompleted();
          }
          if (written) {
            task.raise(new TaskEvent.ReceiptStored(digest));
          }
        });
  }

  private static TaskFailure failure(Cut cut) {
    return new TaskFailure(cut.code(), cut.message(), cut.clientFault(), cut.at().tokens());
  }

  private static GenerationResult partial(Cut cut) {
    return GenerationResult.newBuilder()
        .setReason(FinishReason.FINISH_REASON_CANCELLED)
        .setOutputTokens(cut.at().tokens())
        .build();
  }

  private static List<TaskEnd.Earned> earned(SignedReceipt made) {
    return made.receipt().nodes().stream()
        .map(node -> new TaskEnd.Earned(node.address(), node.priceWei()))
        .toList();
  }

  /** The connections of those who committed. */
  private List<NodeLink> workers() {
    return task.state().assignments().stream()
        .filter(assignment -> assignment.stage() == NodeStage.COMMITTED)
        .flatMap(assignment -> context.dispatcher().link(assignment.node()).stream())
        .toList();
  }

  private GenerationResult result() {
    GenerationResult told = task.inbox().result();
    return told == null ? GenerationResult.getDefaultInstance() : told;
  }

  private void tellCompleted() {
    SignedReceipt made = receipt;
    if (made == null) {
      throw new IllegalStateException("task " + task.taskId() + " completed without a receipt");
    }
    task.feed()
        .end(
            new Outcome.Completed(
                new TaskOutcome(
                    task.work().embeds() ? null : result(),
                    task.inbox().embedding(),
                    made.receipt().digest().hex())),
            task.output().size());
  }

  private void tellFailed(TaskEffect.TellClientFailed failed) {
    TaskFailure failure =
        new TaskFailure(
            failed.code(), failed.message(), failed.clientFault(), failed.deliveredTokens());
    int chunks = task.state().delivered().chunks();
    task.changes()
        .end(
            new TaskEnd(
                task.state().phase().label(),
                context.clock().millis(),
                failure,
                GenerationResult.newBuilder()
                    .setReason(FinishReason.FINISH_REASON_CANCELLED)
                    .build(),
                null,
                null,
                List.of(),
                null,
                null));
    task.afterJournal(
        _ -> {
          usage = null;
          settle();
          task.feed().end(new Outcome.Failed(failure), chunks);
        });
  }

  /** Tells the ledger what the journal holds, once. */
  private void settle() {
    if (settled) {
      return;
    }
    settled = true;
    TaskUsage cost = usage;
    if (cost == null) {
      context.ledger().release(task.sessionId(), task.taskId());
    } else {
      context.ledger().count(task.sessionId(), task.taskId(), cost);
    }
  }

  /** Offers that committed, for the task's view. */
  static List<String> nodes(List<Assignment> assignments) {
    return assignments.stream()
        .sorted(java.util.Comparator.comparing(Assignment::role))
        .map(assignment -> assignment.node().toString())
        .distinct()
        .toList();
  }
}
