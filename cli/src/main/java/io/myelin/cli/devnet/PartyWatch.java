package io.myelin.cli.devnet;

import io.myelin.cli.devnet.fault.PartyFaults;
import io.myelin.gateway.fault.GatewayFault;
import io.myelin.validator.ValidatorFault;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A little load while validators and gateways fail on purpose, and what became of them, in words.
 */
final class PartyWatch {
  private final List<PartyStory> stories = new ArrayList<>();
  private final PrintWriter out;

  PartyWatch(Devnet devnet, String model, PrintWriter out) {
    this(out);
    PartyScene scene = new PartyScene(devnet, model, out);
    PartyFaults parties = devnet.plan().parties();
    // Sorted, so that a run tells what the one before told.
    new TreeMap<>(parties.gateways())
        .forEach((number, fault) -> stories.add(ofGateway(scene, number, fault)));
    List<Integer> colluding = parties.validators(ValidatorFault.COLLUDE);
    if (!colluding.isEmpty()) {
      stories.add(new CollusionStory(scene, colluding));
    }
    new TreeMap<>(parties.validators())
        .forEach((number, fault) -> ofValidator(scene, number, fault));
  }

  private PartyWatch(PrintWriter out) {
    this.out = out;
  }

  /** Of stories that are there already. */
  static PartyWatch of(List<PartyStory> stories, PrintWriter out) {
    PartyWatch watch = new PartyWatch(out);
    watch.stories.addAll(stories);
    return watch;
  }

  private static PartyStory ofGateway(PartyScene scene, int number, GatewayFault fault) {
    return switch (fault) {
      case GatewayFault.Inflate _ -> new InflatedStory(scene, number);
      case GatewayFault.DropReceipts _ -> new DroppedStory(scene, number);
      case GatewayFault.Favour _ -> new FavouredStory(scene, number);
    };
  }

  private void ofValidator(PartyScene scene, int number, ValidatorFault fault) {
    switch (fault) {
      case YES, TWICE -> stories.add(new UnreadStory(scene, number, fault));
      case NO, COPY, DOZE, SLEEP -> stories.add(new UselessStory(scene, number, fault));
      case NONE, COLLUDE -> {}
    }
  }

  /** Returns whether every defence held; a story that breaks off is told, and the next begins. */
  boolean untilKnown() {
    boolean held = true;
    for (PartyStory story : stories) {
      try {
        held &= story.untilKnown();
      } catch (RuntimeException e) {
        held = false;
        out.println("Broken off: " + (e.getMessage() == null ? e : e.getMessage()));
        out.flush();
      }
    }
    return held;
  }

  /** Puts the chain's clock forward; returns whether everybody honest has what it is owed. */
  boolean untilPaid() {
    boolean paid = true;
    for (PartyStory story : stories) {
      paid &= story.untilPaid();
    }
    return paid;
  }
}
