package io.myelin.protocol.peer.lookup;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.lookup.LookupState.Found;
import io.myelin.protocol.peer.lookup.LookupState.Progress;
import java.util.ArrayList;
import java.util.List;
import org.pcollections.TreePMap;

/**
 * The iterative search of Kademlia: ask the closest nodes known for closer ones, until the closest
 * have all answered. Total over every state and event; an ended search ignores what comes late. It
 * ends after at most {@link LookupSettings#maxRequests} requests or at its deadline, whatever
 * strangers answer.
 */
public final class LookupMachine {
  private LookupMachine() {}

  /**
   * Begins.
   *
   * @param own the id of who looks
   * @param seeds nodes to begin with
   */
  public static LookupStep start(
      LookupSettings settings, Digest target, Digest own, List<Digest> seeds, long deadlineMillis) {
    LookupState empty =
        new LookupState(settings, target, own, TreePMap.empty(), 0, deadlineMillis, false);
    return advance(learn(empty, seeds));
  }

  /** Answers one event. */
  public static LookupStep apply(LookupState state, LookupEvent event, long nowMillis) {
    if (state.ended()) {
      return new LookupStep(state, List.of());
    }
    LookupState heard =
        switch (event) {
          case LookupEvent.Answered e -> learn(mark(state, e.from(), Progress.ANSWERED), e.nodes());
          case LookupEvent.Failed e -> mark(state, e.from(), Progress.FAILED);
          case LookupEvent.Tick e -> state;
        };
    return nowMillis >= state.deadlineMillis() ? end(heard) : advance(heard);
  }

  private static LookupState mark(LookupState state, Digest node, Progress progress) {
    Digest distance = Distances.xor(node, state.target());
    Found found = state.nodes().get(distance);
    return found == null || found.progress() != Progress.ASKED
        ? state
        : state.with(state.nodes().plus(distance, found.with(progress)));
  }

  private static LookupState learn(LookupState state, List<Digest> ids) {
    TreePMap<Digest, Found> nodes = state.nodes();
    for (Digest id : ids) {
      Digest distance = Distances.xor(id, state.target());
      if (!id.equals(state.own()) && !nodes.containsKey(distance)) {
        nodes = nodes.plus(distance, new Found(id, Progress.KNOWN));
      }
    }
    return state.with(bounded(state.settings(), nodes));
  }

  /** Drops the furthest that were not asked; who was asked stays, so that it is not asked again. */
  private static TreePMap<Digest, Found> bounded(
      LookupSettings settings, TreePMap<Digest, Found> nodes) {
    TreePMap<Digest, Found> left = nodes;
    int known = 0;
    for (var node : nodes.entrySet()) {
      if (node.getValue().progress() == Progress.KNOWN && ++known > settings.kept()) {
        left = left.minus(node.getKey());
      }
    }
    return left;
  }

  private static LookupStep advance(LookupState state) {
    LookupSettings settings = state.settings();
    long asked = state.count(Progress.ASKED);
    List<Found> next = new ArrayList<>();
    int standing = 0;
    boolean settled = true;
    for (Found node : state.nodes().values()) {
      if (standing == settings.closest()) {
        break;
      }
      switch (node.progress()) {
        case ANSWERED -> standing++;
        case ASKED -> {
          standing++;
          settled = false;
        }
        case KNOWN -> {
          standing++;
          settled = false;
          next.add(node);
        }
        case FAILED -> {}
      }
    }
    int room = settings.maxRequests() - state.requests();
    if (settled || (room == 0 && asked == 0)) {
      return end(state);
    }
    List<LookupEffect> effects = new ArrayList<>();
    TreePMap<Digest, Found> nodes = state.nodes();
    for (Found node : next) {
      if (asked + effects.size() >= settings.parallel() || effects.size() == room) {
        break;
      }
      nodes = nodes.plus(Distances.xor(node.id(), state.target()), node.with(Progress.ASKED));
      effects.add(new LookupEffect.Ask(node.id(), Distances.around(node.id(), state.target())));
    }
    return new LookupStep(state.with(nodes).asked(effects.size()), effects);
  }

  private static LookupStep end(LookupState state) {
    return new LookupStep(state.end(), List.of(new LookupEffect.Ended(state.answered())));
  }
}
