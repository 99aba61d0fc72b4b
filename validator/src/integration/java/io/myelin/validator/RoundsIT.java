package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.chain.ChainClient;
import io.myelin.committee.opening.FreeNodes;
import io.myelin.contracts.round.RoundReader;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.cognitive.CognitivePhase;
import io.myelin.protocol.cognitive.RoundDraw;
import io.myelin.protocol.cognitive.RoundVerdict;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.reputation.NodeStage;
import io.myelin.protocol.reputation.StageMark;
import io.myelin.validator.Leadership.Looked;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Rounds begin, go on and fail, and who is in them is their draw. */
final class RoundsIT extends PlayedRounds {
  /** A pool of thousands is a few questions, so that it does not matter how long one takes. */
  @Test
  void shouldReadAllNodesTogether() {
    List<Address> many =
        new ArrayList<>(world.nodes().stream().map(ChainWorld.Person::address).toList());
    for (int i = many.size(); i < 4_096; i++) {
      byte[] hash = Sha256.hash(new byte[] {(byte) i, (byte) (i >> 8)}).bytes();
      many.add(Address.of(Arrays.copyOf(hash, Address.LENGTH)));
    }
    AtomicInteger questions = new AtomicInteger();
    RoundReader counted = new RoundReader(counting(questions), world.network());

    Map<Address, RoundReader.Means> means = counted.meansOf(many);

    assertThat(means).hasSize(4_096);
    assertThat(means.get(many.getFirst())).isEqualTo(new RoundReader.Means(0, ChainWorld.ether(1)));
    assertThat(questions.get()).isEqualTo(8);
    questions.set(0);
    assertThat(new FreeNodes(counting(questions), world.network(), 0).read(4_096)).hasSize(9);
    assertThat(questions.get()).isEqualTo(1);
  }

  @Test
  void shouldFailARoundThatNobodyTakesPartIn() throws Exception {
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    List<Address> drawn = round().round().drawn();
    // The creator and each of the two spares.
    for (int i = 0; i < 3; i++) {
      world.advance(STAGE);
      // The next windows have no round: everybody rests, and two are too few.
      assertThat(look()).containsOnlyOnce(Looked.SENT);
    }

    assertThat(round().phase()).isEqualTo(CognitivePhase.FAILED);
    assertThat(marks(NodeStage.CREATE))
        .isEqualTo(
            Map.of(
                drawn.get(0), StageMark.TIMEOUT,
                drawn.get(7), StageMark.TIMEOUT,
                drawn.get(8), StageMark.TIMEOUT));
    assertThat(marks(NodeStage.CORRECTNESS)).isEmpty();
  }

  @Test
  void shouldRefuseWhatIsNotTheDrawNorFoundNorBound() throws Exception {
    // It has no ether, so it serves gateways alone.
    ChainWorld.Person poor = world.addNode();
    world.judge(poor, 0);
    RoundDraw draw = validators.started(0).rounds().draw(number).orElseThrow();
    assertThat(draw.nodes()).hasSize(9).doesNotContain(poor.address());
    List<Address> friends = new ArrayList<>(draw.nodes().reversed());
    assertRefused(
        () -> clients.getFirst().rounds().approve(number, new RoundDraw(friends, 5)), "drawn:");
    assertRefused(() -> clients.getFirst().rounds().approve(number - 5, draw), "window");
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    assertRefused(() -> clients.getFirst().rounds().approve(number, draw), "has begun");

    List<Address> drawn = round().round().drawn();
    classes.put(drawn.get(3), LIAR);
    silent.add(drawn.get(6));
    play();
    world.advance(STAGE);
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    // The spare that was called starts, then all precommit; who reveals is not shown yet.
    silent.add(drawn.get(5));
    play();
    Digest answer = answer(drawn.get(2)).digest();
    assertThat(round().phase()).isEqualTo(CognitivePhase.PRECOMMIT);
    silent.remove(drawn.get(5));
    for (Address node : drawn.subList(2, 6)) {
      boolean moves = true;
      while (moves && round().phase() == CognitivePhase.PRECOMMIT) {
        moves = step(node);
      }
    }
    assertThat(round().phase()).isEqualTo(CognitivePhase.COMMIT);
    assertThat(step(drawn.get(2))).isTrue();
    assertThat(clients.getFirst().rounds().read(number, answer)).isEmpty();
    ByteString unbound = content(answer).concat(ByteString.copyFrom(new byte[] {0x3a, 0}));
    assertThat(clients.getFirst().rounds().give(number, unbound, Set.of()).owners()).isEmpty();
    play();

    assertThat(round().phase()).isEqualTo(CognitivePhase.JUDGE);
    assertThat(clients.getFirst().rounds().read(number, answer)).isPresent();
    RoundVerdict kind = new RoundVerdict(round().revealed(), List.of());
    assertRefused(
        () -> clients.getFirst().rounds().judge(number, kind, List.of()), "as found here");
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    assertThat(marks(NodeStage.CORRECTNESS).get(drawn.get(3))).isEqualTo(StageMark.INVALID);
    assertThat(marks(NodeStage.START).get(drawn.get(6))).isEqualTo(StageMark.TIMEOUT);
  }

  /** The chain, counting what contracts are asked. */
  private ChainClient counting(AtomicInteger questions) {
    return (ChainClient)
        Proxy.newProxyInstance(
            ChainClient.class.getClassLoader(),
            new Class<?>[] {ChainClient.class},
            (_, method, arguments) -> {
              if (method.getName().equals("call")) {
                questions.incrementAndGet();
              }
              return method.invoke(world.chain(), arguments);
            });
  }
}
