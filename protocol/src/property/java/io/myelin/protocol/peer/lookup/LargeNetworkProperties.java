package io.myelin.protocol.peer.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Digest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * 10,000 nodes, 300 topics with one provider each that announced itself while all lived; then a
 * share of all nodes dies at once, and whoever still lives looks for the topics. Found means: the
 * record was got from one of those who keep it.
 */
final class LargeNetworkProperties {
  private static final int NODES = 10_000;
  private static final int TOPICS = 300;
  private static final int LOOKUPS = 2_000;

  private final LargeNetwork network = new LargeNetwork(NODES, 4);
  private final Map<Digest, Set<Digest>> keepers = new HashMap<>();

  @Test
  void aLookupTakesFewMessagesAndFinds() {
    Random random = new Random(11);
    for (int i = 0; i < TOPICS; i++) {
      Digest topic = topic(i);
      keepers.put(topic, new HashSet<>(network.search(random.nextInt(NODES), topic).closest()));
    }
    check(0.0, 30, 0.999, random);
    check(0.2, 60, 0.999, random);
    check(0.5, 90, 0.99, random);
  }

  private static Digest topic(int number) {
    return Keccak256.hash(ByteBuffer.allocate(4).putInt(number).array());
  }

  private void check(double dead, int maxMeanMessages, double minFound, Random random) {
    network.revive();
    network.kill(dead, random);
    int[] messages = new int[LOOKUPS];
    int found = 0;
    for (int i = 0; i < LOOKUPS; i++) {
      int from = random.nextInt(NODES);
      while (network.isDead(from)) {
        from = random.nextInt(NODES);
      }
      Digest topic = topic(random.nextInt(TOPICS));
      LargeNetwork.Outcome outcome = network.search(from, topic);
      List<Digest> asked = outcome.closest();
      messages[i] = outcome.requests() + asked.size();
      Set<Digest> keeping = keepers.getOrDefault(topic, Set.of());
      found += asked.stream().anyMatch(keeping::contains) ? 1 : 0;
    }
    Arrays.sort(messages);
    double mean = Arrays.stream(messages).average().orElseThrow();
    double share = (double) found / LOOKUPS;
    System.out.printf(
        "10,000 nodes, %.0f %% dead: %.1f messages a lookup, p99 %d, found %.2f %%%n",
        100 * dead, mean, messages[LOOKUPS * 99 / 100], 100 * share);
    assertThat(mean).isLessThanOrEqualTo(maxMeanMessages);
    assertThat(share).isGreaterThanOrEqualTo(minFound);
  }
}
