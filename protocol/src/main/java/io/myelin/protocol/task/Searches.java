package io.myelin.protocol.task;

import org.jspecify.annotations.Nullable;

/** The task machine's search for another node, and what it does when there is none. */
final class Searches {
  private Searches() {}

  static void start(TaskStep step, Role role) {
    Cut cut = step.cut();
    if (cut != null) {
      // Nobody else can answer for what that node sent.
      step.fail(cut.code(), cut.message(), cut.clientFault());
      return;
    }
    if (step.lastAttempt() + step.searches().size() >= step.terms().maxAttempts()) {
      if (role == Role.PRIMARY) {
        step.fail(
            "no_node_left",
            "the task was offered "
                + step.lastAttempt()
                + " times and no node finished it; try again",
            false);
      }
      return;
    }
    step.look(role, false, step.state().excluded());
  }

  /** The shell found nobody: a primary is needed, a replica is not. */
  static void foundNobody(TaskStep step, Replacement search) {
    boolean onlyBusy =
        search.role() == Role.PRIMARY
            && !search.again()
            && promotable(step) == null
            && step.state().excluded().size() > step.state().excludedForGood().size();
    if (onlyBusy) {
      // Who had no room may have some by this search's deadline.
      return;
    }
    giveUp(step, search);
  }

  /**
   * Nobody was free in time. Able nodes that are only busy are worth waiting for, up to the task's
   * own deadline: the shell is asked again, and says so when none is left.
   */
  static void timedOut(TaskStep step, Replacement search) {
    if (search.role() == Role.REPLICA || promotable(step) != null) {
      giveUp(step, search);
      return;
    }
    step.endSearch(search);
    step.look(search.role(), true, step.state().excludedForGood());
  }

  private static void giveUp(TaskStep step, Replacement search) {
    step.endSearch(search);
    if (search.role() == Role.REPLICA) {
      return;
    }
    Assignment replica = promotable(step);
    if (replica == null) {
      step.fail("no_node_left", "no other node of the session can go on with the task", false);
    } else {
      step.drop(replica, LossCause.PROMOTED);
      step.offer(replica.node(), Role.PRIMARY);
    }
  }

  /**
   * A replica may become the primary only while the client has nothing: it starts anew and streams
   * all of it. For text it did not stream it stays an independent witness.
   */
  private static @Nullable Assignment promotable(TaskStep step) {
    if (step.delivered().chunks() > 0 || step.lastAttempt() >= step.terms().maxAttempts()) {
      return null;
    }
    for (Assignment a : step.live()) {
      if (a.role() == Role.REPLICA && !a.revealAsked()) {
        return a;
      }
    }
    return null;
  }
}
