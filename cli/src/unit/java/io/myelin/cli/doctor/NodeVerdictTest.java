package io.myelin.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.chain.NodeLook;
import io.myelin.contracts.NodePool;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.reputation.Suspension;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
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
  void theGatewaysWordOnItsDrawsIsTold() {
    ObjectNode node = node("ephemeral", 10, 0, 10, 0, "");
    node.putObject("reputation")
        .put("weight", 236)
        .put("level", 0)
        .put("points", 7)
        .put("why", "drawn 23.6 % as often as the best: 5 of 10 calls were not answered (ping)");
    Finding draws = NodeVerdict.of(node).getLast();
    assertThat(draws.name()).isEqualTo("draws");
    assertThat(draws.isFailure()).isFalse();
    assertThat(draws.detail())
        .contains("weight 236 of 1000", "level 0", "7 points", "5 of 10 calls were not answered");
  }

  @Test
  void theChainsWordOnANodeIsTold() {
    Address address = Address.parse("0x00000000000000000000000000000000000000aa");
    NodePool.Node stranger = new NodePool.Node(Address.ZERO, 0, 0, 0, 0, 0);
    assertThat(NodeVerdict.of(seen(address, stranger, null)).next())
        .contains("./myelin stake node add");
    NodePool.Node fresh = new NodePool.Node(address, 4, 0, 0, 2, 1);
    assertThat(NodeVerdict.of(seen(address, fresh, null)).detail())
        .contains("weight 250 of 1000", "a quarter as often", "nothing is known");
    NodePool.Node out = new NodePool.Node(address, 4, 0, 0, 3, 2);
    Digest evidence = Digest.parse("ab".repeat(32));
    Finding suspended =
        NodeVerdict.of(seen(address, out, new Suspension(true, evidence, 1_764_000_000L)));
    assertThat(suspended.isFailure()).isTrue();
    assertThat(suspended.detail())
        .contains("2025-11-24 16:00 UTC", "0x" + evidence, "no time ends that");
    assertThat(suspended.next()).contains("weights", "with another key");
  }

  @Test
  void whatAnExamMeasuredIsToldBesideTheNodesOwnWord() {
    ObjectNode node = node("ephemeral", 10, 0, 10, 0, "");
    ObjectNode exam = node.putObject("exam").put("passed", true).put("detail", "let in");
    exam.putArray("measured")
        .addObject()
        .put("model", "tiny")
        .put("contextWords", 256)
        .put("promptTokens", 290)
        .put("outputTokens", 16)
        .put("seconds", 4.0)
        .put("tokensPerSecond", 4.0);
    assertThat(finding(node, "speed").detail())
        .isEqualTo("12.5 tokens a second, by its own word, which counts for nothing");
    assertThat(finding(node, "exam").isFailure()).isFalse();
    assertThat(finding(node, "exam").detail())
        .contains("let in", "tiny: 16 tokens after 290 of prompt", "in 4.0 s: 4.0 a second");

    exam.put("passed", false).put("detail", "too slow: the exam was not done in 46 s");
    exam.putArray("measured");
    assertThat(finding(node, "exam").isFailure()).isTrue();
    assertThat(finding(node, "exam").next()).contains("not condemned");
    exam.put("detail", "its answer in tiny is over 64 words of context");
    assertThat(finding(node, "exam").next()).contains("model list");
  }

  private static Finding finding(ObjectNode node, String name) {
    return NodeVerdict.of(node).stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static NodeLook.Seen seen(
      Address address, NodePool.Node pool, @Nullable Suspension suspension) {
    return new NodeLook.Seen(address, pool, Optional.empty(), Optional.ofNullable(suspension));
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
