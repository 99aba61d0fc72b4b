package io.myelin.protocol.peer.lookup;

import io.myelin.protocol.ids.Digest;
import java.util.List;
import org.pcollections.TreePMap;

/**
 * A search under way.
 *
 * @param target what is looked for
 * @param own who looks: never asked
 * @param nodes by distance from the target
 * @param requests sent so far
 * @param deadlineMillis when it ends with what it has
 * @param ended whether it did
 */
public record LookupState(
    LookupSettings settings,
    Digest target,
    Digest own,
    TreePMap<Digest, Found> nodes,
    int requests,
    long deadlineMillis,
    boolean ended) {

  /** What became of a node. */
  public enum Progress {
    /** Heard of. */
    KNOWN,
    /** Asked. */
    ASKED,
    /** It answered. */
    ANSWERED,
    /** It did not. */
    FAILED
  }

  /** A node and what became of it. */
  public record Found(Digest id, Progress progress) {
    Found with(Progress next) {
      return new Found(id, next);
    }
  }

  /** Nodes that answered, closest first, at most as many as the settings say. */
  public List<Digest> answered() {
    return nodes.values().stream()
        .filter(node -> node.progress() == Progress.ANSWERED)
        .limit(settings.closest())
        .map(Found::id)
        .toList();
  }

  long count(Progress progress) {
    return nodes.values().stream().filter(node -> node.progress() == progress).count();
  }

  LookupState with(TreePMap<Digest, Found> next) {
    return new LookupState(settings, target, own, next, requests, deadlineMillis, ended);
  }

  LookupState asked(int more) {
    return new LookupState(settings, target, own, nodes, requests + more, deadlineMillis, ended);
  }

  LookupState end() {
    return new LookupState(settings, target, own, nodes, requests, deadlineMillis, true);
  }
}
