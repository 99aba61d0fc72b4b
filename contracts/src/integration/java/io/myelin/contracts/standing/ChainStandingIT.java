package io.myelin.contracts.standing;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.contracts.testing.ChainWorld;
import io.myelin.contracts.testing.ChainWorld.Person;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.SubnetTag;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who counts as staked, asked of real contracts. */
final class ChainStandingIT {
  private static final int SUSPENDED = 2;

  @TempDir static Path folder;
  private static ChainWorld world;
  private static ChainStanding standing;

  @BeforeAll
  static void start() throws InterruptedException {
    world = ChainWorld.start(folder, 5, 3);
    standing = new ChainStanding(world.chain(), world.network(), 0);
  }

  @AfterAll
  static void stop() {
    world.close();
  }

  private static boolean isStaked(PeerRole role, Address operator, SubnetTag... subnets) {
    return standing.isStaked(role, operator, List.of(subnets));
  }

  @Test
  void eachRoleNeedsItsOwnStake() {
    Address validator = world.validators().getFirst().address();
    Address node = world.nodes().getFirst().address();
    Address gateway = world.gateway().address();
    assertThat(isStaked(PeerRole.VALIDATOR, validator)).isTrue();
    assertThat(isStaked(PeerRole.COMPUTE, node)).isTrue();
    assertThat(isStaked(PeerRole.GATEWAY, gateway)).isTrue();

    assertThat(isStaked(PeerRole.VALIDATOR, node)).isFalse();
    assertThat(isStaked(PeerRole.COMPUTE, gateway)).isFalse();
    assertThat(isStaked(PeerRole.GATEWAY, validator)).isFalse();
    assertThat(isStaked(PeerRole.REGISTRY, world.client().address())).isTrue();
  }

  @Test
  void theOwnersColdKeyIsNoOperator() {
    Person validator = world.validators().getFirst();
    assertThat(isStaked(PeerRole.VALIDATOR, validator.owner().address())).isFalse();
  }

  @Test
  void aGatewayIsAdmittedToEverySubnetThatItNames() {
    Address gateway = world.gateway().address();
    SubnetTag admitted = SubnetTag.of(world.subnetId());
    SubnetTag unknown = SubnetTag.of(Sha256.hash(new byte[] {9}));
    assertThat(isStaked(PeerRole.GATEWAY, gateway, admitted)).isTrue();
    assertThat(isStaked(PeerRole.GATEWAY, gateway, unknown)).isFalse();
    assertThat(isStaked(PeerRole.GATEWAY, gateway, admitted, unknown)).isFalse();
  }

  @Test
  void whoResignsOrIsSuspendedCountsNoMore() {
    Person validator = world.validators().getLast();
    Person node = world.nodes().getLast();
    world.judge(node, SUSPENDED);
    assertThat(isStaked(PeerRole.COMPUTE, node.address())).isFalse();

    world.send(validator.owner(), world.network().validators().resign());
    assertThat(isStaked(PeerRole.VALIDATOR, validator.address())).isFalse();
  }
}
