package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class SubnetLayoutTest {
  @Test
  void oneSubnetIsAsBefore() {
    SubnetLayout layout = new SubnetLayout(1, 3, 4);
    assertThat(layout.gatewaysOf(1)).containsExactly(1, 2, 3);
    assertThat(layout.modelsOf(1, List.of("a", "b"))).containsExactly("a", "b");
  }

  @Test
  void oneGatewayMoreThanSubnetsGivesEachTwo() {
    SubnetLayout layout = new SubnetLayout(2, 3, 4);
    assertThat(layout.gatewaysOf(1)).containsExactly(1, 3);
    assertThat(layout.gatewaysOf(2)).containsExactly(2, 3);
    assertThat(layout.subnetsOf(3)).containsExactly(1, 2);
    assertThat(List.of(1, 2, 3, 4)).extracting(layout::subnetOf).containsExactly(1, 2, 1, 2);
    assertThat(layout.modelsOf(1, List.of("a", "b", "c"))).containsExactly("a", "c");
    assertThat(layout.modelsOfNode(2, List.of("a", "b", "c"))).containsExactly("b");
  }

  @Test
  void eachSubnetHasAGateway() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SubnetLayout(3, 2, 4))
        .withMessageContaining("1 to 2");
  }
}
