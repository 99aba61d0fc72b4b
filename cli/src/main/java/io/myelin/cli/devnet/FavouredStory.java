package io.myelin.cli.devnet;

import io.myelin.client.ClientException;
import io.myelin.client.ClientSession;
import io.myelin.client.RefusedException;
import io.myelin.protocol.ids.SessionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A gateway asks for its friend in place of who was drawn; no committee approves that. */
final class FavouredStory implements PartyStory {
  /** Until slots of a session that was settled come back. */
  private static final Duration ROOM = Duration.ofSeconds(60);

  private final PartyScene scene;
  private final int gateway;
  private final int most;

  /** Sessions that were asked for until one was refused, each time. */
  private final List<Integer> untilRefused = new ArrayList<>();

  private int asDrawn;

  FavouredStory(PartyScene scene, int gateway) {
    this(scene, gateway, 12);
  }

  /**
   * As above.
   *
   * @param most sessions that are asked for
   */
  FavouredStory(PartyScene scene, int gateway, int most) {
    this.scene = scene;
    this.gateway = gateway;
    this.most = most;
  }

  @Override
  public boolean untilKnown() {
    scene.say("");
    scene.say(
        "Gateway %d was told to ask for a friend's node before those that are drawn (favour). %d"
            + " clients ask it for a session:",
        gateway, most);
    int asked = 0;
    Optional<String> words = Optional.empty();
    for (int session = 1; session <= most; session++) {
      // A friend without a free slot is not asked for: then there is nothing to find out.
      boolean _ = PartyScene.within(ROOM, scene::hasRoom);
      asked++;
      try {
        ClientSession opened = scene.open(gateway);
        asDrawn++;
        scene.settle(opened);
      } catch (ClientException e) {
        if (!isNotApproved(e)) {
          throw e;
        }
        words = Optional.of(words.orElse(String.valueOf(e.getMessage())));
        untilRefused.add(asked);
        asked = 0;
      }
    }
    if (untilRefused.isEmpty()) {
      scene.say("NOT CAUGHT: all %d sessions opened", most);
      return false;
    }
    scene.say(
        "Caught: gateway %d, at session %d. Of %d it opened %d, in which the draw had the friend"
            + " first, or the friend no free slot.",
        gateway, untilRefused.getFirst(), most, asDrawn);
    scene.say("  refused     %s", words.orElse(""));
    scene.say("  sessions until refused  %s", untilRefused.stream().map(String::valueOf).toList());
    scene.say("  lost        %d of %d clients, who go elsewhere", untilRefused.size(), most);
    ClientSession elsewhere = scene.open(1);
    scene.say("  gateway 1   opens for such a client: session %s", SessionId.parse(elsewhere.id()));
    scene.settle(elsewhere);
    return true;
  }

  private static boolean isNotApproved(ClientException e) {
    return e.getCause() instanceof RefusedException refused
        && refused.code().equals("not_approved");
  }

  /** Sessions that were asked for until one was refused, each time. */
  List<Integer> untilRefused() {
    return List.copyOf(untilRefused);
  }
}
