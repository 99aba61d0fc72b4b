package io.myelin.cli.devnet.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.compute.fault.Fault;
import io.myelin.gateway.chain.Conduct;
import io.myelin.gateway.fault.GatewayFault;
import io.myelin.validator.ValidatorFault;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who fails on purpose, as the user wrote it; what is refused is in {@code DevnetCommandTest}. */
class FaultPlanTest {
  private static final FaultPlan.Size SIZE = new FaultPlan.Size(4, 5, 2);

  @Test
  void shouldReadEachPartysKinds() {
    FaultPlan plan =
        FaultPlan.parse(
            List.of(
                "edit@2",
                "slow:9@compute-2",
                "yes@validator-3",
                "collude@validator-1+validator-2",
                "favour@gateway-2"),
            SIZE);
    assertThat(plan.nodes().get(2)).containsExactly(new Fault.Edit(), new Fault.Slow(9));
    assertThat(plan.nodeTexts().get(2)).containsExactly("edit", "slow:9");
    assertThat(plan.parties().ofValidator(3)).isEqualTo(ValidatorFault.YES);
    assertThat(plan.parties().validators(ValidatorFault.COLLUDE)).containsExactly(1, 2);
    assertThat(plan.parties().ofValidator(4)).isEqualTo(ValidatorFault.NONE);
    assertThat(plan.parties().gateways()).containsEntry(2, new GatewayFault.Favour());
    assertThat(plan.parties().ofGateway(1)).isSameAs(Conduct.HONEST);
    assertThat(plan.parties().isEmpty()).isFalse();
  }

  @Test
  void shouldFindNobodyWhereNothingIsSaid() {
    assertThat(FaultPlan.parse(List.of(), SIZE).parties().isEmpty()).isTrue();
  }
}
