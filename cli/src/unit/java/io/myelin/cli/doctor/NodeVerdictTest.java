package io.myelin.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class NodeVerdictTest {

  @Test
  void aNodeThatCompletesTasksEarns() {
    assertThat(NodeVerdict.of(node("reserved", 10, 1, 8, 1, "STALLED at stage ACKED")))
        .noneMatch(Finding::isFailure)
        .anySatisfy(
            finding -> {
              assertThat(finding.name()).isEqualTo("earns");
              assertThat(finding.outcome()).isEqualTo(Finding.Outcome.OK);
              assertThat(finding.detail()).contains("8 completed").contains("STALLED");
            });
  }

  @Test
  void aNodeThatWasOfferedNothingIsNoFailure() {
    Finding earns = earns(node("ephemeral", 0, 0, 0, 0, ""));
    assertThat(earns.outcome()).isEqualTo(Finding.Outcome.NOTE);
    assertThat(earns.detail()).contains("no task was offered");
  }

  @Test
  void aNodeThatDeclinesMostOffersIsToldWhy() {
    Finding earns = earns(node("ephemeral", 10, 6, 4, 0, "no_slot"));
    assertThat(earns.isFailure()).isTrue();
    assertThat(earns.next()).contains("declines most offers").contains("slots");
    assertThat(earns(node("ephemeral", 10, 5, 5, 0, "no_slot")).isFailure()).isFalse();
  }

  @Test
  void aNodeThatFailsMoreThanItCompletesIsToldSo() {
    Finding earns = earns(node("ephemeral", 10, 0, 4, 5, "engine_crashed"));
    assertThat(earns.isFailure()).isTrue();
    assertThat(earns.next()).contains("fails more tasks").contains("engine");
  }

  @Test
  void aDrainingOrSuspendedNodeFails() {
    for (String state : new String[] {"draining", "leaving", "unqualified", "suspended"}) {
      assertThat(NodeVerdict.of(node(state, 10, 0, 10, 0, "")).getFirst().isFailure())
          .as(state)
          .isTrue();
    }
  }

  @Test
  void anOlderGatewayTellsNoFigures() {
    ObjectNode node = node("ephemeral", 0, 0, 0, 0, "");
    node.remove("figures");
    assertThat(earns(node).detail()).contains("does not tell");
  }

  @Test
  void machineChecksKnowTooLittle() {
    long gibibyte = 1L << 30;
    assertThat(MachineChecks.memory(gibibyte, OptionalLong.of(gibibyte), 2 * gibibyte).isFailure())
        .isTrue();
    assertThat(MachineChecks.memory(4 * gibibyte, OptionalLong.of(1), gibibyte).outcome())
        .isEqualTo(Finding.Outcome.NOTE);
    assertThat(MachineChecks.memory(4 * gibibyte, OptionalLong.empty(), gibibyte).outcome())
        .isEqualTo(Finding.Outcome.OK);
    assertThat(MachineChecks.cores(2, 9).outcome()).isEqualTo(Finding.Outcome.NOTE);
    assertThat(MachineChecks.cores(2, 8).outcome()).isEqualTo(Finding.Outcome.OK);
    assertThat(MachineChecks.jdk(24).isFailure()).isTrue();
  }

  private static Finding earns(ObjectNode node) {
    return NodeVerdict.of(node).getLast();
  }

  private static ObjectNode node(
      String state, long offered, long refused, long completed, long failed, String lastError) {
    ObjectNode node =
        JsonNodeFactory.instance
            .objectNode()
            .put("state", state)
            .put("slots", 2)
            .put("running", 1)
            .put("decodeTokensPerSecond", 12.5);
    node.putArray("models").addObject().put("id", "tiny");
    ObjectNode figures =
        node.putObject("figures")
            .put("offered", offered)
            .put("acked", offered - refused)
            .put("refused", refused)
            .put("completed", completed)
            .put("failed", failed);
    if (!lastError.isEmpty()) {
      figures.put("lastError", lastError);
    }
    return node;
  }
}
