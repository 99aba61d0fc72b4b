package io.myelin.gateway.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.gateway.session.SessionChain;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.reputation.Reputation;
import io.myelin.protocol.settlement.SessionTail;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Subnets, prices and ready gateways as a gateway reads them of a real chain. */
class ChainViewIT {
  private static SubnetBook.Entry entry(ChainView view, Digest subnet) {
    return view.refresh().subnets().stream()
        .filter(one -> one.subnetId().equals(subnet))
        .findFirst()
        .orElseThrow();
  }

  private static long weight(ChainView view, long set, ChainWorld.Person node) {
    return view.refresh().weights(set).orElseThrow().applyAsLong(node.address());
  }

  @Test
  void shouldFollowModelsPricesWeightsAndGatewaysOfEverySubnet(@TempDir Path folder)
      throws Exception {
    try (ChainWorld world = ChainWorld.start(folder, 5, 0)) {
      NetworkContracts network = world.network();
      OperatorKey owner = world.gateway().owner();
      Address gateway = world.gateway().address();
      Digest other = ChainTerms.subnetId(owner.address(), Digest.parse("07".repeat(32)));
      ChainView view =
          new ChainView(world.chain(), network, List.of(world.subnetId(), other), 0, _ -> {});

      SessionChain.Quote first =
          view.refresh().quote(world.subnetId(), ChainWorld.MODEL).orElseThrow();
      assertThat(first.price().inputWei()).isEqualTo(ChainWorld.INPUT_WEI);
      assertThat(first.weightsDigest())
          .isEqualTo(Sha256.hash(ChainWorld.MODEL.getBytes(StandardCharsets.UTF_8)));
      assertThat(view.now().quote(other, ChainWorld.MODEL)).isEmpty();
      assertThat(view.now().standing().subnetIds()).containsExactly(world.subnetId(), other);
      SubnetBook.Entry own = entry(view, world.subnetId());
      assertThat(own.models()).containsExactly(SessionTail.modelIdOf(ChainWorld.MODEL));
      assertThat(own.gateways()).containsExactly(gateway);

      world.fund(owner, network.subnets().address(), ChainWorld.ether(6_000));
      world.send(owner, network.subnets().createSubnet(Digest.parse("07".repeat(32))));
      world.send(owner, network.subnets().admit(other, gateway, true));
      // Admitted without a bond: not ready.
      world.send(owner, network.subnets().admit(other, owner.address(), true));
      world.send(
          owner,
          network
              .subnets()
              .publishPrice(
                  world.subnetId(),
                  SessionTail.modelIdOf(ChainWorld.MODEL),
                  BigInteger.TWO,
                  BigInteger.TEN));
      assertThat(entry(view, other).gateways()).containsExactly(gateway);
      SessionChain.Quote second =
          view.now().quote(world.subnetId(), ChainWorld.MODEL).orElseThrow();
      assertThat(second.version()).isEqualTo(first.version() + 1);
      assertThat(second.price().outputWei()).isEqualTo(BigInteger.TEN);

      ChainWorld.Person node = world.addNode();
      world.judge(node, 0);
      long set = world.set();
      assertThat(weight(view, set, node)).isEqualTo(Reputation.NEW_WEIGHT);
      assertThat(view.now().reputation(node.address()).orElseThrow().why())
          .contains("nothing is known");
      world.convict(node, Digest.parse("08".repeat(32)));
      world.advance(Duration.ofHours(2));
      world.makeSet();
      assertThat(weight(view, set, node)).isEqualTo(Reputation.NEW_WEIGHT);
      assertThat(weight(view, set + 1, node)).isEqualTo(Reputation.LEAST_WEIGHT);
      assertThat(view.now().reputation(node.address()).orElseThrow().why())
          .contains("suspended by a verdict", "08".repeat(32));
      for (int i = 0; i < 2; i++) {
        world.advance(Duration.ofHours(2));
        world.makeSet();
      }
      // A session of an old set needs more nodes: it is read although no block came since.
      assertThat(view.refresh().weights(set)).isEmpty();
      // One that has no answer must not keep the gateway from all others.
      view.want(0);
      view.want(set);
      assertThat(weight(view, set, node)).isEqualTo(Reputation.NEW_WEIGHT);

      world.send(owner, network.subnets().admit(other, gateway, false));
      assertThat(entry(view, other).gateways()).isEmpty();
      world.send(owner, network.subnets().retireGateway(gateway));
      assertThat(entry(view, world.subnetId()).gateways()).isEmpty();
    }
  }
}
