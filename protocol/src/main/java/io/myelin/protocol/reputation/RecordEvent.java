package io.myelin.protocol.reputation;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import java.math.BigInteger;
import java.util.List;

/** What the chain says that counts for nodes, and what is needed to know for whom. */
public sealed interface RecordEvent {

  /** A contract marked a node. */
  record Marked(Address node, NodeStage stage, StageMark mark) implements RecordEvent {}

  /**
   * A session is active.
   *
   * @param nodes by seat
   */
  record Opened(SessionId session, Address client, Address gateway, List<Address> nodes)
      implements RecordEvent {
    /** Copies. */
    public Opened {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * A session has more seats.
   *
   * @param nodes by seat, those it had before included
   */
  record Extended(SessionId session, List<Address> nodes) implements RecordEvent {
    /** Copies. */
    public Extended {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * A session's money has a destination.
   *
   * @param earnedWei by seat; who is not in it earned nothing
   */
  record Settled(SessionId session, List<BigInteger> earnedWei) implements RecordEvent {
    /** Copies. */
    public Settled {
      earnedWei = List.copyOf(earnedWei);
    }
  }

  /** A session ended without a settlement: one of the queue. */
  record Ended(SessionId session) implements RecordEvent {}
}
