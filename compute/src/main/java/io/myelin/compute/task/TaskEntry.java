package io.myelin.compute.task;

import com.google.protobuf.ByteString;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.nodetask.NodeTaskState;
import io.myelin.v1.Offer;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/** One task in the room: the machine's state and what belongs to it. */
final class TaskEntry {
  NodeTaskState state;
  ByteString precommit;

  /** Whose task it is; zero when its promise does not say. */
  private Address gateway;

  /** When it was sealed; {@link Long#MAX_VALUE} while it was not. */
  long sealedAtMillis;

  /** The offer seen last, which the machine may have refused. */
  @Nullable Offer offered;

  /** Whether a receipt counts it: what was signed may be asked for later. */
  boolean receipted;

  @Nullable TaskRun run;
  @Nullable TaskOutput output;
  @Nullable ScheduledFuture<?> deadline;

  TaskEntry(Address gateway, NodeTaskState state, ByteString precommit, long sealedAtMillis) {
    this.gateway = gateway;
    this.state = state;
    this.precommit = precommit;
    this.sealedAtMillis = sealedAtMillis;
  }

  Address gateway() {
    return gateway;
  }

  /** Whether this gateway may speak of it; the first to do so has it when nobody had. */
  boolean belongsTo(Address asking) {
    if (gateway.isZero()) {
      gateway = asking;
    }
    return gateway.equals(asking);
  }

  /** Whether this gateway may be told of it. */
  boolean concerns(Address told) {
    return gateway.isZero() || told.isZero() || gateway.equals(told);
  }

  /** Whether the gateway still has something to get from it. */
  boolean owes() {
    return switch (state) {
      case NodeTaskState.Running _, NodeTaskState.Sealing _, NodeTaskState.Precommitted _ -> true;
      case NodeTaskState.Absent _, NodeTaskState.Committed _, NodeTaskState.Ended _ -> false;
    };
  }

  Offer requireOffer() {
    Offer working = run != null ? run.offer() : offered;
    if (working == null) {
      throw new IllegalStateException("no offer");
    }
    return working;
  }

  /** Its attempt, which is not its own any more. */
  @Nullable TaskRun takeRun() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
    TaskRun taken = run;
    run = null;
    return taken;
  }

  void forgetPromise() {
    precommit = ByteString.EMPTY;
    sealedAtMillis = Long.MAX_VALUE;
  }
}
