package io.myelin.gateway.pipeline;

import io.myelin.gateway.hub.NodeLink;
import io.myelin.protocol.ids.Address;
import io.myelin.v1.ServedModel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who is connected and which task holds which slot. A node never has more tasks than slots. Not for
 * several threads at once.
 */
final class SlotTable {
  private final Map<Address, Node> nodes = new HashMap<>();

  /** A model and whether it is to embed. */
  record Need(String model, boolean embedding) {
    boolean servedBy(NodeLink link) {
      for (ServedModel served : link.hello().getModelsList()) {
        if (served.getId().equals(model)) {
          return served.getEmbeddings() || !embedding;
        }
      }
      return false;
    }
  }

  private static final class Node {
    /** By task, its session. */
    private final Map<String, String> tasks = new HashMap<>();

    private @Nullable NodeLink link;
    private boolean draining;

    /** Slots that a session may take: what others reserved here waits for them. */
    int free(String session, Set<String> holders) {
      if (link == null || draining) {
        return 0;
      }
      int kept = 0;
      for (String holder : holders) {
        if (!holder.equals(session) && !tasks.containsValue(holder)) {
          kept++;
        }
      }
      return link.hello().getSlots() - tasks.size() - kept;
    }

    boolean canServe(Need need) {
      return link != null && !draining && need.servedBy(link);
    }

    /** For whoever looks at the node: its heartbeats come seconds late. */
    void tell() {
      if (link != null) {
        link.account().runningNow(tasks.size());
      }
    }

    /** Share of its slots that is taken, for comparison with another node's. */
    double load() {
      return link == null ? 1 : (double) tasks.size() / link.hello().getSlots();
    }
  }

  void joined(NodeLink link) {
    Node node = nodes.computeIfAbsent(link.node(), _ -> new Node());
    node.link = link;
    node.draining = false;
    node.tell();
  }

  void draining(NodeLink link) {
    Node node = nodes.get(link.node());
    if (node != null && link.equals(node.link)) {
      node.draining = true;
    }
  }

  /** Forgets the connection; the tasks it had are returned and keep their slots until released. */
  List<String> left(NodeLink link) {
    Node node = nodes.get(link.node());
    if (node == null || !link.equals(node.link)) {
      return List.of();
    }
    node.link = null;
    List<String> tasks = List.copyOf(node.tasks.keySet());
    forgetIfUnused(link.node(), node);
    return tasks;
  }

  Optional<NodeLink> link(Address address) {
    Node node = nodes.get(address);
    return node == null ? Optional.empty() : Optional.ofNullable(node.link);
  }

  /** How many of these nodes could serve it, slots or not. */
  int able(Collection<Address> candidates, Need need) {
    int count = 0;
    for (Address candidate : candidates) {
      Node node = nodes.get(candidate);
      if (node != null && node.canServe(need)) {
        count++;
      }
    }
    return count;
  }

  /** Whether any node here could serve it, slots or not. */
  boolean anyServes(Need need) {
    return nodes.values().stream().anyMatch(node -> node.canServe(need));
  }

  /** The longest context that any of these gives the model; 0 when none is connected. */
  int contextLength(Collection<Address> candidates, String model) {
    int longest = 0;
    for (Address candidate : candidates) {
      Node node = nodes.get(candidate);
      NodeLink link = node == null ? null : node.link;
      if (link != null) {
        for (ServedModel served : link.hello().getModelsList()) {
          if (served.getId().equals(model)) {
            longest = Math.max(longest, served.getContextLength());
          }
        }
      }
    }
    return longest;
  }

  /**
   * Takes a slot of {@code count} distinct nodes, or of none. The least loaded first; among equals
   * the order given.
   *
   * @param holders the sessions that reserved a slot of a node
   */
  Optional<List<Address>> take(
      String task,
      String session,
      Collection<Address> candidates,
      Need need,
      int count,
      Function<Address, Set<String>> holders) {
    List<Address> free = new ArrayList<>();
    for (Address candidate : candidates) {
      Node node = nodes.get(candidate);
      if (node != null
          && node.canServe(need)
          && !node.tasks.containsKey(task)
          && node.free(session, holders.apply(candidate)) > 0
          && !free.contains(candidate)) {
        free.add(candidate);
      }
    }
    if (free.size() < count) {
      return Optional.empty();
    }
    free.sort(Comparator.comparingDouble(this::load));
    List<Address> chosen = List.copyOf(free.subList(0, count));
    for (Address address : chosen) {
      Node node = node(address);
      node.tasks.put(task, session);
      node.tell();
    }
    return Optional.of(chosen);
  }

  /** A task that was there before this gateway started still has its slot. */
  void restore(String task, String session, Address address) {
    nodes.computeIfAbsent(address, _ -> new Node()).tasks.put(task, session);
  }

  /** Gives a slot back; harmless when it was not taken. */
  void release(String task, Address address) {
    Node node = nodes.get(address);
    if (node != null && node.tasks.remove(task) != null) {
      node.tell();
      forgetIfUnused(address, node);
    }
  }

  /** Slots of connected nodes: taken and in all. */
  int slots() {
    return nodes.values().stream()
        .mapToInt(node -> node.link == null ? 0 : node.link.hello().getSlots())
        .sum();
  }

  int taken() {
    return nodes.values().stream().mapToInt(node -> node.tasks.size()).sum();
  }

  private double load(Address address) {
    return node(address).load();
  }

  private Node node(Address address) {
    Node node = nodes.get(address);
    if (node == null) {
      throw new IllegalStateException(address + " is not in the table");
    }
    return node;
  }

  private void forgetIfUnused(Address address, Node node) {
    if (node.link == null && node.tasks.isEmpty()) {
      nodes.remove(address);
    }
  }
}
