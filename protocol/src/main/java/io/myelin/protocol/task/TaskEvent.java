package io.myelin.protocol.task;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a task. Events carry everything the machine needs; replaying them gives the same
 * state. Their JSON form is what the journal stores.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = TaskEvent.Dispatch.class, name = "dispatch"),
  @JsonSubTypes.Type(value = TaskEvent.NoNodeAvailable.class, name = "no_node_available"),
  @JsonSubTypes.Type(value = TaskEvent.Acked.class, name = "acked"),
  @JsonSubTypes.Type(value = TaskEvent.Refused.class, name = "refused"),
  @JsonSubTypes.Type(value = TaskEvent.NodeLost.class, name = "node_lost"),
  @JsonSubTypes.Type(value = TaskEvent.NodeFailed.class, name = "node_failed"),
  @JsonSubTypes.Type(value = TaskEvent.NodeReturned.class, name = "node_returned"),
  @JsonSubTypes.Type(value = TaskEvent.StreamFinished.class, name = "stream_finished"),
  @JsonSubTypes.Type(value = TaskEvent.Precommitted.class, name = "precommitted"),
  @JsonSubTypes.Type(value = TaskEvent.Committed.class, name = "committed"),
  @JsonSubTypes.Type(value = TaskEvent.ReplacementChosen.class, name = "replacement_chosen"),
  @JsonSubTypes.Type(value = TaskEvent.NoReplacement.class, name = "no_replacement"),
  @JsonSubTypes.Type(value = TaskEvent.Validated.class, name = "validated"),
  @JsonSubTypes.Type(value = TaskEvent.ReceiptStored.class, name = "receipt_stored"),
  @JsonSubTypes.Type(value = TaskEvent.CancelRequested.class, name = "cancel_requested"),
  @JsonSubTypes.Type(value = TaskEvent.DeadlinePassed.class, name = "deadline_passed"),
  @JsonSubTypes.Type(value = TaskEvent.Released.class, name = "released"),
  @JsonSubTypes.Type(value = TaskEvent.GatewayRestarted.class, name = "gateway_restarted"),
})
public sealed interface TaskEvent {

  /** An event about one offer. */
  sealed interface OfNode extends TaskEvent {
    /** Who. */
    Address node();

    /** Number of the offer it belongs to. */
    int attempt();
  }

  /** Nodes were chosen and a slot of each is taken; the first is the primary. */
  record Dispatch(List<Address> nodes) implements TaskEvent {
    /** Copies. */
    public Dispatch {
      nodes = List.copyOf(nodes);
    }
  }

  /** No node can serve it, and none will soon. */
  record NoNodeAvailable() implements TaskEvent {}

  /** The node accepted the offer. */
  record Acked(Address node, int attempt) implements OfNode {}

  /**
   * The node declined the offer.
   *
   * @param clientFault whether it says that the request itself is wrong
   */
  record Refused(Address node, int attempt, String code, String message, boolean clientFault)
      implements OfNode {}

  /**
   * The node is out, and another may well do the work.
   *
   * @param cause one that a shell can see ({@link LossCause#reportable})
   * @param delivered how far the stream got with it
   */
  record NodeLost(Address node, int attempt, LossCause cause, Delivered delivered)
      implements OfNode {
    /** Checks the cause. */
    public NodeLost {
      if (!cause.reportable()) {
        throw new IllegalArgumentException(
            "cause: "
                + cause
                + " (expected: CONNECTION_LOST, CRASHED, PROTOCOL_VIOLATION or DRAINED)");
      }
    }
  }

  /**
   * The node says that no node can do the work.
   *
   * @param clientFault whether it says that the request itself is wrong
   * @param delivered how far the stream got with it
   */
  record NodeFailed(
      Address node,
      int attempt,
      String code,
      String message,
      boolean clientFault,
      Delivered delivered)
      implements OfNode {}

  /**
   * After the gateway restarted the node connected again and still holds its evidence.
   *
   * @param precommit the hash it says it had sent, null when it had sent none
   */
  record NodeReturned(Address node, int attempt, @Nullable Digest precommit) implements OfNode {}

  /** The primary's last chunk was relayed. */
  record StreamFinished(Address node, int attempt, Delivered delivered, StreamResult result)
      implements OfNode {}

  /** The node bound itself to a result. */
  record Precommitted(Address node, int attempt, Digest hash) implements OfNode {}

  /**
   * The node revealed.
   *
   * @param signatureValid whether the signature is the node's own over exactly these fields
   */
  record Committed(Address node, int attempt, Commitment commitment, boolean signatureValid)
      implements OfNode {}

  /** A search for another node ended well; a slot of it is taken. */
  record ReplacementChosen(long requestId, Address node) implements TaskEvent {}

  /** A search for another node found none. */
  record NoReplacement(long requestId) implements TaskEvent {}

  /** The verdict on what was committed. */
  record Validated(boolean accepted, String reason) implements TaskEvent {}

  /** The receipt is in the journal. */
  record ReceiptStored(Digest receiptDigest) implements TaskEvent {}

  /**
   * The client or the gateway wants it to end.
   *
   * @param delivered how far the client really got; nothing more is given to it. May be before the
   *     position a failover started from, when chunks still waited for the client.
   */
  record CancelRequested(CancelCause cause, Delivered delivered) implements TaskEvent {}

  /**
   * A timer fired.
   *
   * @param delivered how far the stream got
   * @param lastProgressAtMillis when the last chunk came, or when the client last kept the node
   *     from sending one; 0 when nothing came yet
   */
  record DeadlinePassed(
      DeadlineKind kind, long armedId, Delivered delivered, long lastProgressAtMillis)
      implements TaskEvent {}

  /** The slot of an offer was given back. */
  record Released(Address node, int attempt) implements TaskEvent {}

  /**
   * The gateway starts anew and found this task unfinished.
   *
   * @param resume whether it goes on (nobody waits on a line that broke)
   * @param delivered the position that survived
   */
  record GatewayRestarted(boolean resume, Delivered delivered) implements TaskEvent {}
}
