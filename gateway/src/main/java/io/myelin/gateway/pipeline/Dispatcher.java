package io.myelin.gateway.pipeline;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.myelin.gateway.hub.NodeLink;
import io.myelin.gateway.session.SessionGrant;
import io.myelin.gateway.session.SessionLedger;
import io.myelin.protocol.ids.Address;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Brings waiting tasks and free slots together. Locked, but never while a token is on its way: only
 * when tasks come, go, or look for another node.
 */
final class Dispatcher {
  private final SessionLedger ledger;
  private final int retryAfterMax = 60;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final SlotTable slots = new SlotTable();

  @GuardedBy("lock")
  private final FairQueue<Waiting> queue;

  /** Failovers stand before the queue: a client waits in the middle of its answer. */
  @GuardedBy("lock")
  private final Set<Search> searches = new LinkedHashSet<>();

  Dispatcher(PipelineSettings settings, SessionLedger ledger) {
    this.ledger = ledger;
    this.queue = new FairQueue<>(settings.maxQueued(), settings.maxQueuedPerSession());
  }

  /** A task in the queue. */
  interface Waiting {
    String taskId();

    String sessionId();

    SlotTable.Need need();

    int redundancy();

    /** Its nodes; a slot of each is taken. Called without any lock held. */
    void onDispatched(List<Address> nodes);
  }

  /** A task in need of one more node. */
  interface Search {
    String taskId();

    String sessionId();

    SlotTable.Need need();

    List<Address> excluded();

    /** A node; a slot of it is taken. Called without any lock held. */
    void onFound(Address node);

    /** No node of the session is left that could ever serve it. */
    void onNone();
  }

  /** Why a task cannot be queued now. */
  Optional<FairQueue.Refusal> refusal(String sessionId) {
    synchronized (lock) {
      return queue.refusal(sessionId);
    }
  }

  /** Adds a task unless the queue is full, and dispatches what can be dispatched. */
  Optional<FairQueue.Refusal> enqueue(Waiting task, boolean bounded) {
    synchronized (lock) {
      Optional<FairQueue.Refusal> refusal =
          bounded ? queue.refusal(task.sessionId()) : Optional.empty();
      if (refusal.isPresent()) {
        return refusal;
      }
      queue.add(task.sessionId(), task);
    }
    dispatch();
    return Optional.empty();
  }

  /** Takes a task out of the queue; false when it was not there (any more). */
  boolean withdraw(Waiting task) {
    synchronized (lock) {
      return queue.remove(task);
    }
  }

  /**
   * Looks for a node.
   *
   * @param again whether it was looked for in vain until a deadline
   */
  void search(Search search, boolean again) {
    boolean hopeless;
    synchronized (lock) {
      // A node that is away may come back within the search's deadline, which the machine holds;
      // after it only those that are here and able are worth waiting for.
      List<Address> nodes = candidates(search);
      hopeless = again ? slots.able(nodes, search.need()) == 0 : nodes.isEmpty();
      if (!hopeless) {
        searches.add(search);
      }
    }
    if (hopeless) {
      search.onNone();
    } else {
      dispatch();
    }
  }

  void endSearch(Search search) {
    synchronized (lock) {
      searches.remove(search);
    }
  }

  void release(String taskId, Address node) {
    synchronized (lock) {
      slots.release(taskId, node);
    }
    dispatch();
  }

  void restore(String taskId, String sessionId, Address node) {
    synchronized (lock) {
      slots.restore(taskId, sessionId, node);
    }
  }

  void joined(NodeLink link) {
    synchronized (lock) {
      slots.joined(link);
    }
    dispatch();
  }

  void draining(NodeLink link) {
    synchronized (lock) {
      slots.draining(link);
    }
  }

  /** The connection is gone; returns the tasks that ran on it. */
  List<String> left(NodeLink link) {
    synchronized (lock) {
      return slots.left(link);
    }
  }

  Optional<NodeLink> link(Address node) {
    synchronized (lock) {
      return slots.link(node);
    }
  }

  /** How many nodes of the session could serve it, were they free. */
  int able(String sessionId, SlotTable.Need need) {
    List<Address> nodes = nodesOf(sessionId);
    synchronized (lock) {
      return slots.able(nodes, need);
    }
  }

  /** Whether nodes are connected, of this session or not, and none of them could serve it. */
  boolean nobodyServes(SlotTable.Need need) {
    synchronized (lock) {
      return slots.slots() > 0 && !slots.anyServes(need);
    }
  }

  /** The longest context that any of these nodes gives the model; 0 when none serves it. */
  int contextLength(List<String> nodes, String model) {
    List<Address> addresses = nodes.stream().map(Address::parse).toList();
    synchronized (lock) {
      return slots.contextLength(addresses, model);
    }
  }

  /** Tasks that wait. */
  int queued() {
    synchronized (lock) {
      return queue.size();
    }
  }

  /** Slots of connected nodes. */
  int slots() {
    synchronized (lock) {
      return slots.slots();
    }
  }

  /** Slots that tasks hold. */
  int slotsTaken() {
    synchronized (lock) {
      return slots.taken();
    }
  }

  /** A guess at how long until there is room, in seconds. */
  int retryAfterSeconds() {
    synchronized (lock) {
      int all = Math.max(1, slots.slots());
      return Math.clamp(1 + queue.size() / all, 1, retryAfterMax);
    }
  }

  @SuppressWarnings("GuardedBy") // takeFirst calls back at once, while the lock is held
  private void dispatch() {
    List<Runnable> calls = new ArrayList<>();
    synchronized (lock) {
      for (Search search : List.copyOf(searches)) {
        Optional<List<Address>> found =
            slots.take(
                search.taskId(),
                search.sessionId(),
                candidates(search),
                search.need(),
                1,
                ledger::holders);
        if (found.isPresent()) {
          searches.remove(search);
          calls.add(() -> search.onFound(found.get().getFirst()));
        }
      }
      Optional<Runnable> next = queue.takeFirst(this::place);
      while (next.isPresent()) {
        calls.add(next.get());
        next = queue.takeFirst(this::place);
      }
    }
    calls.forEach(Runnable::run);
  }

  @GuardedBy("lock")
  private Optional<Runnable> place(Waiting task) {
    return slots
        .take(
            task.taskId(),
            task.sessionId(),
            nodesOf(task.sessionId()),
            task.need(),
            task.redundancy(),
            ledger::holders)
        .map(nodes -> () -> task.onDispatched(nodes));
  }

  private List<Address> candidates(Search search) {
    List<Address> nodes = new ArrayList<>(nodesOf(search.sessionId()));
    nodes.removeAll(search.excluded());
    return nodes;
  }

  private List<Address> nodesOf(String sessionId) {
    return ledger.grant(sessionId).map(SessionGrant::nodes).orElse(List.of()).stream()
        .map(Address::parse)
        .toList();
  }
}
