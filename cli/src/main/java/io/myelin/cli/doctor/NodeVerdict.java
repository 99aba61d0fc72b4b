package io.myelin.cli.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.chain.AppealView;
import io.myelin.cli.chain.NodeLook;
import io.myelin.protocol.reputation.ReputationWords;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a node's figures at its gateway say about its earnings. Pure. */
final class NodeVerdict {
  private static final Set<String> WORKING = Set.of("ephemeral", "reserved", "released");

  private NodeVerdict() {}

  /** From the gateway's view of one connected node, as {@code GET /api/v1/nodes/{id}} answers. */
  static List<Finding> of(JsonNode node) {
    List<Finding> findings = new ArrayList<>();
    findings.add(state(node));
    findings.add(speed(node));
    exam(node.path("exam")).ifPresent(findings::add);
    findings.add(models(node));
    findings.add(earnings(node.path("figures")));
    draws(node.path("reputation")).ifPresent(findings::add);
    return findings;
  }

  /** Of one that was suspended, and is not connected: it was sent away. */
  static List<Finding> ofAbsent(JsonNode node) {
    return List.of(
        Finding.failed(
            "connected",
            node.path("id").asText()
                + " is not connected to this gateway, which sends away who is suspended: "
                + node.path("reputation").path("why").asText(),
            "./myelin stake node evidence shows an owner what for; ./myelin stake node appeal"));
  }

  /** Empty where the gateway does not say: it is older, or has no chain. */
  private static Optional<Finding> draws(JsonNode reputation) {
    if (!reputation.isObject()) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.note(
            "draws",
            "weight %d of 1000, level %d, %d points; %s"
                .formatted(
                    reputation.path("weight").asLong(),
                    reputation.path("level").asLong(),
                    reputation.path("points").asLong(),
                    reputation.path("why").asText()),
            ""));
  }

  /** From the chain's own word on a node that may not be connected anywhere. */
  static Finding of(NodeLook.Seen seen) {
    if (seen.pool().owner().isZero()) {
      return Finding.failed(
          "draws", "it was never in the pool", "bring it in: ./myelin stake node add");
    }
    String detail =
        "weight %d of 1000, level %d, %d points; %s"
            .formatted(seen.weight(), seen.level(), seen.reputation().points(), seen.why());
    if (seen.isSuspended()) {
      return Finding.failed(
          "draws",
          detail,
          seen.suspension().map(ReputationWords::advice).orElse("./myelin stake node show"));
    }
    return Finding.ok("draws", detail);
  }

  /** What the owner of a convicted node can still do. */
  static Finding of(AppealView view) {
    return Finding.note("appeal", view.text(), "");
  }

  private static Finding state(JsonNode node) {
    String state = node.path("state").asText();
    String detail =
        "%s, %d of %d slots at work, %d waiting"
            .formatted(
                state,
                node.path("running").asInt(),
                node.path("slots").asInt(),
                node.path("queued").asInt());
    if (state.equals("draining") || state.equals("leaving")) {
      return Finding.failed(
          "connected", detail, "it was told to stop and takes no new task; start it again");
    }
    return WORKING.contains(state)
        ? Finding.ok("connected", detail)
        : Finding.failed(
            "connected", detail, "the gateway gives it no work; its log and the gateway's say why");
  }

  /** The node's own word, which nothing hangs on. */
  private static Finding speed(JsonNode node) {
    double tokens = node.path("decodeTokensPerSecond").asDouble();
    return Finding.note(
        "speed",
        tokens > 0
            ? String.format(
                Locale.ROOT,
                "%.1f tokens a second, by its own word, which counts for nothing",
                tokens)
            : "unknown: it says of itself that it generated nothing in the last minute",
        "");
  }

  /** Empty before the first exam at this gateway, and where the gateway is older. */
  private static Optional<Finding> exam(JsonNode exam) {
    if (!exam.isObject()) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>();
    words.add(exam.path("detail").asText());
    for (JsonNode one : exam.path("measured")) {
      words.add(
          String.format(
              Locale.ROOT,
              "%s: %d tokens after %d of prompt, %d words of context, in %.1f s: %.1f a second",
              one.path("model").asText(),
              one.path("outputTokens").asInt(),
              one.path("promptTokens").asInt(),
              one.path("contextWords").asInt(),
              one.path("seconds").asDouble(),
              one.path("tokensPerSecond").asDouble()));
    }
    String detail = String.join("; ", words);
    return Optional.of(
        exam.path("passed").asBoolean()
            ? Finding.ok("exam", detail)
            : Finding.failed(
                "exam",
                detail,
                detail.startsWith("too slow")
                    ? "it is not condemned: give it fewer models, more cores or a smaller model"
                    : "compare its files with ./myelin model list; it is examined again"));
  }

  private static Finding models(JsonNode node) {
    Set<String> ids = new TreeSet<>();
    node.path("models").forEach(model -> ids.add(model.path("id").asText()));
    return ids.isEmpty()
        ? Finding.failed("serves", "no model", "start it with --model; see ./myelin model list")
        : Finding.ok("serves", String.join(", ", ids));
  }

  private static Finding earnings(JsonNode figures) {
    if (!figures.isObject()) {
      return Finding.note("earns", "the gateway does not tell", "ask its operator to upgrade");
    }
    long offered = figures.path("offered").asLong();
    long refused = figures.path("refused").asLong();
    long completed = figures.path("completed").asLong();
    long failed = figures.path("failed").asLong();
    String last = figures.path("lastError").asText("");
    String detail =
        "%d offered, %d taken, %d declined, %d completed, %d failed%s"
            .formatted(
                offered,
                figures.path("acked").asLong(),
                refused,
                completed,
                failed,
                last.isEmpty() ? "" : "; last error: " + last);
    if (offered == 0) {
      return Finding.note(
          "earns",
          "nothing yet: no task was offered since the gateway started",
          "it is ready; work comes when a session that asks for its model draws it");
    }
    if (refused * 2 > offered) {
      return Finding.failed(
          "earns", detail, "it declines most offers" + advice(last) + "; its log has each reason");
    }
    if (failed > completed) {
      return Finding.failed(
          "earns",
          detail,
          "it fails more tasks than it completes"
              + advice(last)
              + "; look into its log around the last failure");
    }
    return completed == 0
        ? Finding.note("earns", detail, "its first task is still running")
        : Finding.ok("earns", detail);
  }

  private static String advice(String lastError) {
    if (lastError.contains("slot") || lastError.contains("busy")) {
      return " for want of slots: give it more (--slots), or run it for one gateway only";
    }
    if (lastError.contains("model")) {
      return " because of its model: compare ./myelin model list with what clients ask for";
    }
    if (lastError.startsWith("STALLED") || lastError.contains("deadline")) {
      return " because it is too slow: give it fewer slots or more cores";
    }
    if (lastError.contains("engine")) {
      return " because its engine fails: check its memory";
    }
    return "";
  }
}
