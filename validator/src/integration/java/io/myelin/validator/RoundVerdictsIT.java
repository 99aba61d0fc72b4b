package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.cognitive.CognitivePhase;
import io.myelin.protocol.cognitive.RoundVerdict;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.reputation.NodeStage;
import io.myelin.protocol.reputation.StageMark;
import io.myelin.v1.GiveRoundRequest;
import io.myelin.validator.Leadership.Looked;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What was made in a round is judged, whoever made it and whoever has it. */
final class RoundVerdictsIT extends PlayedRounds {
  @Test
  void shouldBeginARoundAndJudgeEachAnswer() throws Exception {
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    List<Address> drawn = round().round().drawn();
    assertThat(drawn).hasSize(9);
    assertThat(round().round().answers()).hasSize(5);
    copycats.add(drawn.get(4));
    classes.put(drawn.get(5), LIAR);
    classes.put(drawn.get(6), OTHER);
    told.add(drawn.get(3));

    play();

    assertThat(round().phase()).isEqualTo(CognitivePhase.JUDGE);
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    assertThat(round().phase()).isEqualTo(CognitivePhase.ENDED);
    assertThat(marks(NodeStage.CORRECTNESS))
        .isEqualTo(
            Map.of(
                drawn.get(0), StageMark.SUCCESS,
                drawn.get(1), StageMark.SUCCESS,
                drawn.get(2), StageMark.SUCCESS,
                // Each has a seed of its own: what another tells it is not its answer.
                drawn.get(3), StageMark.INVALID,
                drawn.get(4), StageMark.INVALID,
                drawn.get(5), StageMark.INVALID));
    assertThat(marks(NodeStage.CREATE)).containsExactly(Map.entry(drawn.get(0), StageMark.SUCCESS));
    // Nobody is left who has rested: the next window has no round, and the one after neither.
    atNextWindow();
    assertThat(look()).doesNotContain(Looked.SENT);
  }

  @Test
  void shouldCallSparesForTheSilentAndCondemnWhatIsNotHandedIn() throws Exception {
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    List<Address> drawn = round().round().drawn();
    Address creator = drawn.get(0);
    silent.add(creator);
    // Its questions stay with it: the others answer the fixed ones.
    secretive.add(drawn.get(1));
    // Its answer as well.
    secretive.add(drawn.get(2));
    play();
    assertThat(look()).doesNotContain(Looked.SENT);
    world.advance(STAGE);
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    assertThat(round().creator()).isEqualTo(drawn.get(7));
    play();
    assertThat(round().phase()).isEqualTo(CognitivePhase.JUDGE);

    // Somebody may still bring what is missing.
    assertThat(look()).doesNotContain(Looked.SENT);
    world.advance(STAGE.dividedBy(2));
    assertThat(look()).containsOnlyOnce(Looked.SENT);

    assertThat(round().phase()).isEqualTo(CognitivePhase.ENDED);
    assertThat(marks(NodeStage.CREATE))
        .isEqualTo(Map.of(creator, StageMark.TIMEOUT, drawn.get(7), StageMark.SUCCESS));
    Map<Address, StageMark> marks = new HashMap<>();
    drawn.subList(3, 8).forEach(node -> marks.put(node, StageMark.SUCCESS));
    drawn.subList(1, 3).forEach(node -> marks.put(node, StageMark.INVALID));
    assertThat(marks(NodeStage.CORRECTNESS)).isEqualTo(marks);
  }

  /** One member has what nobody else was brought, and an asker says that it was never there. */
  @Test
  void shouldNotCondemnWhatAnyMemberHas() throws Exception {
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    List<Address> drawn = round().round().drawn();
    secretive.add(drawn.get(2));
    play();
    assertThat(round().phase()).isEqualTo(CognitivePhase.JUDGE);
    var _ =
        validators
            .stub(3)
            .giveRound(
                GiveRoundRequest.newBuilder()
                    .setNumber(number)
                    .setContent(content(answer(drawn.get(2)).digest()))
                    .build());
    world.advance(STAGE.dividedBy(2));

    List<Address> others = new ArrayList<>(drawn.subList(0, 2));
    others.addAll(drawn.subList(3, 7));
    RoundVerdict frame = new RoundVerdict(others, List.of(drawn.get(2)));
    assertRefused(
        () -> clients.getFirst().rounds().judge(number, frame, List.of()), "as found here");

    assertThat(look()).containsOnlyOnce(Looked.SENT);
    assertThat(marks(NodeStage.CORRECTNESS))
        .hasSize(7)
        .containsEntry(drawn.get(2), StageMark.SUCCESS);
  }

  /** Topic and questions are the model's too, or cost their makers. */
  @Test
  void shouldJudgeWhoMadeTheRound() throws Exception {
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    List<Address> drawn = round().round().drawn();
    classes.put(drawn.get(0), LIAR);
    classes.put(drawn.get(1), OTHER);
    play();
    assertThat(look()).containsOnlyOnce(Looked.SENT);

    Map<Address, StageMark> marks = new HashMap<>();
    drawn.subList(2, 7).forEach(node -> marks.put(node, StageMark.SUCCESS));
    marks.put(drawn.get(0), StageMark.INVALID);
    assertThat(marks(NodeStage.CORRECTNESS)).isEqualTo(marks);
  }

  /** Who was not there when nodes handed in cannot know that they did not. */
  @Test
  void shouldSayNothingOfWhatItCameTooLateFor() throws Exception {
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    play();
    assertThat(round().phase()).isEqualTo(CognitivePhase.JUDGE);
    world.advance(STAGE.dividedBy(2));
    validators.restart();
    listen();

    assertThat(look()).containsOnlyOnce(Looked.SENT);

    assertThat(round().phase()).isEqualTo(CognitivePhase.ENDED);
    assertThat(marks(NodeStage.CORRECTNESS)).isEmpty();
  }
}
