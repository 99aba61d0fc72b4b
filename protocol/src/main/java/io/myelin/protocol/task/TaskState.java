package io.myelin.protocol.task;

import io.myelin.protocol.ids.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a task.
 *
 * @param submittedAtMillis when it was queued
 * @param endedAtMillis when it ended; 0 before
 * @param assignments every offer ever made, in order of attempt
 * @param searches nodes being looked for
 * @param delivered the stream's position as of the last event that told it
 * @param result how the primary said its stream ended, once it did
 * @param cut the stream was broken off, and its node is to commit to it
 * @param segments who delivered what, up to the current primary
 * @param lastAttempt number of the last offer; 0 before the first
 * @param lastId last number given to an arming or a search
 * @param deadlines armed now
 */
public record TaskState(
    TaskTerms terms,
    long submittedAtMillis,
    long endedAtMillis,
    TaskPhase phase,
    List<Assignment> assignments,
    List<Replacement> searches,
    Delivered delivered,
    @Nullable StreamResult result,
    @Nullable Cut cut,
    List<Segment> segments,
    int lastAttempt,
    long lastId,
    List<Deadline> deadlines) {

  /** Copies. */
  public TaskState {
    assignments = List.copyOf(assignments);
    searches = List.copyOf(searches);
    segments = List.copyOf(segments);
    deadlines = List.copyOf(deadlines);
  }

  /** Whether it ended. */
  public boolean ended() {
    return phase.ended();
  }

  /** As APIs show it: a client that was told of an end is not shown that nodes still work. */
  public String label() {
    return cut == null ? phase.label() : cut.ending(Counted.NOTHING).label();
  }

  /** Whether it ended and every slot was given back. */
  public boolean released() {
    return ended()
        && assignments.stream()
            .noneMatch(a -> a.slot() == SlotUse.HELD || a.slot() == SlotUse.RELEASING);
  }

  /** The offer that streams to the client now, if there is one. */
  public Optional<Assignment> primary() {
    return live().stream().filter(a -> a.role() == Role.PRIMARY).findFirst();
  }

  /** Offers that still take part. */
  public List<Assignment> live() {
    return assignments.stream().filter(Assignment::live).toList();
  }

  /** The node's offer that still takes part, if there is one. */
  public Optional<Assignment> liveAt(Address node) {
    return live().stream().filter(a -> a.node().equals(node)).findFirst();
  }

  /** The offer of that number. */
  public Optional<Assignment> attempt(int attempt) {
    return assignments.stream().filter(a -> a.attempt() == attempt).findFirst();
  }

  /** Nodes that must not be chosen (again). */
  public List<Address> excluded() {
    return nodesExcept(LossCause::mayReturn);
  }

  /** Of these, the nodes that a second search must not choose either. */
  public List<Address> excludedForGood() {
    return nodesExcept(LossCause::mayReturnLater);
  }

  private List<Address> nodesExcept(Predicate<LossCause> mayReturn) {
    List<Address> nodes = new ArrayList<>();
    for (Assignment a : assignments) {
      LossCause cause = a.goneCause();
      if ((cause == null || !mayReturn.test(cause)) && !nodes.contains(a.node())) {
        nodes.add(a.node());
      }
    }
    return List.copyOf(nodes);
  }

  /** The armed deadline of that number, if it is still armed. */
  public Optional<Deadline> deadline(DeadlineKind kind, long armedId) {
    return deadlines.stream().filter(d -> d.kind() == kind && d.armedId() == armedId).findFirst();
  }
}
