package io.myelin.gateway.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.session.ExamFigures;
import io.myelin.gateway.session.ModelView;
import io.myelin.gateway.session.NodeReputation;
import io.myelin.gateway.session.NodeView;
import io.myelin.gateway.session.SessionView;
import io.myelin.gateway.task.AgreementView;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.gateway.task.TaskView;
import io.myelin.protocol.reputation.Reputation;
import io.myelin.protocol.work.LevelPrice;
import io.myelin.v1.Embedding;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.TokenLogprob;
import java.util.Collection;
import java.util.Locale;
import java.util.function.Function;

/**
 * JSON of what the native API answers; {@code openapi.json} is its description. Wei are strings.
 */
public final class Views {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Views() {}

  static <T> ArrayNode list(Collection<T> items, Function<T, ObjectNode> view) {
    ArrayNode array = NODES.arrayNode();
    items.forEach(item -> array.add(view.apply(item)));
    return array;
  }

  static ObjectNode session(SessionView session) {
    ObjectNode json = NODES.objectNode();
    json.put("id", session.id())
        .put("client", session.client())
        .put("state", session.state())
        .put("model", session.model())
        .put("redundancy", session.redundancy())
        .put("verification", session.verification())
        .put("budgetWei", session.budgetWei().toString())
        .put("spentWei", session.spentWei().toString())
        .put("tasksDone", session.tasksDone())
        .put("maxTasks", session.maxTasks())
        .put("createdAtMillis", session.createdAtMillis())
        .put("expiresAtMillis", session.expiresAtMillis());
    strings(json.putArray("nodes"), session.nodes());
    return json;
  }

  static ObjectNode task(TaskView task) {
    ObjectNode json = NODES.objectNode();
    json.put("id", task.taskId())
        .put("session", task.sessionId())
        .put("model", task.model())
        .put("state", task.state())
        .put("reference", task.clientReference())
        .put("createdAtMillis", task.createdAtMillis());
    if (task.endedAtMillis() > 0) {
      json.put("endedAtMillis", task.endedAtMillis());
    }
    strings(json.putArray("nodes"), task.nodes());
    json.put("text", task.text());
    if (task.result() != null) {
      json.put("finishReason", finishReason(task.result().getReason()));
      json.set("usage", usage(task.result()));
    }
    if (task.embedding() != null) {
      json.set("embeddings", embeddings(task.embedding()));
      json.putObject("usage").put("promptTokens", task.embedding().getPromptTokens());
    }
    if (task.failure() != null) {
      json.set("failure", failure(task.failure()));
    }
    if (task.state().equals("completed")) {
      json.put("receipt", "/api/v1/tasks/" + task.taskId() + "/receipt");
    }
    return json;
  }

  /** What the nodes of a redundant task say of each other. */
  static ObjectNode agreement(AgreementView agreement) {
    ObjectNode json = NODES.objectNode();
    json.put("outcome", agreement.outcome()).put("alarm", agreement.alarm());
    Double distance = agreement.distance();
    if (distance != null) {
      json.put("distance", distance);
    }
    json.set(
        "nodes",
        list(
            agreement.nodes(),
            one -> {
              ObjectNode node = NODES.objectNode().put("node", one.node().toString());
              String apart = one.apart();
              return apart == null ? node : node.put("apart", apart);
            }));
    return json;
  }

  /** Token counts of a generation. */
  public static ObjectNode usage(GenerationResult result) {
    return NODES
        .objectNode()
        .put("promptTokens", result.getPromptTokens())
        .put("outputTokens", result.getOutputTokens())
        .put("cachedTokens", result.getCachedTokens());
  }

  /** One array of numbers per input. */
  public static ArrayNode embeddings(EmbeddingResult result) {
    ArrayNode all = NODES.arrayNode();
    for (Embedding embedding : result.getEmbeddingsList()) {
      ArrayNode values = all.addArray();
      embedding.getValuesList().forEach(values::add);
    }
    return all;
  }

  /** The JSON of a chunk, as HTTP and WebSocket clients get it. */
  public static ObjectNode tokens(GeneratedChunk chunk) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("seq", Integer.toUnsignedLong(chunk.getSeq()));
    json.put("text", chunk.getText().toStringUtf8());
    ArrayNode tokens = json.putArray("tokens");
    chunk.getTokensList().forEach(token -> tokens.add(Integer.toUnsignedLong(token)));
    if (chunk.getLogprobsCount() > 0) {
      ArrayNode logprobs = json.putArray("logprobs");
      for (TokenLogprob logprob : chunk.getLogprobsList()) {
        logprobs
            .addObject()
            .put("token", Integer.toUnsignedLong(logprob.getToken()))
            .put("logprob", logprob.getLogprobQ10() / 1024.0);
      }
    }
    return json;
  }

  /** The JSON of an outcome, as HTTP and WebSocket clients get it. */
  public static ObjectNode done(TaskOutcome outcome) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (outcome.generation() != null) {
      json.put("finishReason", finishReason(outcome.generation().getReason()));
      json.set("usage", usage(outcome.generation()));
    }
    if (outcome.embedding() != null) {
      json.set("embeddings", embeddings(outcome.embedding()));
      json.putObject("usage").put("promptTokens", outcome.embedding().getPromptTokens());
    }
    json.put("receiptDigest", outcome.receiptDigestHex());
    return json;
  }

  /** Why a task did not complete. */
  public static ObjectNode failure(TaskFailure failure) {
    return NODES
        .objectNode()
        .put("code", failure.code())
        .put("message", failure.message())
        .put("clientFault", failure.clientFault())
        .put("deliveredTokens", failure.deliveredTokens());
  }

  /** {@code stop}, {@code length}, {@code tool_calls} or {@code cancelled}. */
  public static String finishReason(FinishReason reason) {
    return switch (reason) {
      case FINISH_REASON_STOP -> "stop";
      case FINISH_REASON_LENGTH -> "length";
      case FINISH_REASON_TOOL_CALLS -> "tool_calls";
      case FINISH_REASON_CANCELLED -> "cancelled";
      case FINISH_REASON_UNSPECIFIED, UNRECOGNIZED -> reason.name().toLowerCase(Locale.ROOT);
    };
  }

  static ObjectNode node(NodeView node) {
    ObjectNode json = NODES.objectNode();
    json.put("id", node.id())
        .put("state", node.state())
        .put("softwareVersion", node.softwareVersion())
        .put("slots", node.slots())
        .put("running", node.running())
        .put("queued", node.queued())
        .put("decodeTokensPerSecond", node.decodeMillitokensPerSecond() / 1000.0)
        .put("connectedAtMillis", node.connectedAtMillis());
    json.set("figures", figures(node.figures()));
    ExamFigures exam = node.exam();
    if (exam != null) {
      json.set("exam", exam(exam));
    }
    json.set("models", list(node.models(), Views::served));
    return json;
  }

  /** As of the newest validator set: what the next draws are weighed by. */
  static ObjectNode reputation(NodeReputation known) {
    Reputation reputation = known.reputation();
    ObjectNode json = NODES.objectNode();
    json.put("weight", known.weight())
        .put("level", reputation.level(known.timeSeconds()))
        .put("points", reputation.points())
        .put("validatorSet", known.set())
        .put("atSeconds", known.timeSeconds());
    json.set(
        "stages",
        list(
            reputation.stages(known.timeSeconds()),
            stage ->
                NODES
                    .objectNode()
                    .put("stage", stage.stage().name().toLowerCase(Locale.ROOT))
                    .put("attempts", stage.attempts())
                    .put("successes", stage.successes())
                    .put("believed", stage.believedPpm() / 1e6)
                    .put("streak", stage.streak())));
    known
        .suspension()
        .ifPresent(
            by ->
                json.putObject("suspension")
                    .put("fraud", by.fraud())
                    .put("evidence", "0x" + by.evidence())
                    .put("sinceSeconds", by.sinceSeconds()));
    return json.put("why", known.why());
  }

  private static ObjectNode figures(NodeView.Figures figures) {
    ObjectNode json = NODES.objectNode();
    json.put("offered", figures.offered())
        .put("acked", figures.acked())
        .put("refused", figures.refused())
        .put("completed", figures.completed())
        .put("failed", figures.failed())
        .put("compared", figures.compared())
        .put("apart", figures.apart());
    String lastError = figures.lastError();
    if (lastError != null) {
      json.put("lastError", code(lastError));
    }
    return json;
  }

  private static ObjectNode exam(ExamFigures exam) {
    ObjectNode json = NODES.objectNode();
    json.put("passed", exam.passed()).put("detail", exam.detail()).put("atMillis", exam.atMillis());
    json.set(
        "measured",
        list(
            exam.measured(),
            one ->
                NODES
                    .objectNode()
                    .put("model", one.model())
                    .put("contextWords", one.context())
                    .put("promptTokens", one.promptTokens())
                    .put("outputTokens", one.outputTokens())
                    .put("seconds", one.millis() / 1000.0)
                    .put("tokensPerSecond", one.millitokensPerSecond() / 1000.0)));
    return json;
  }

  /** Everybody reads this, and the words after the code may repeat what a client asked. */
  private static String code(String error) {
    int end = error.indexOf(':');
    String code = end < 0 ? error : error.substring(0, end);
    return code.matches("[A-Za-z0-9_. -]{1,64}") ? code : "other";
  }

  private static ObjectNode served(NodeView.Served model) {
    return NODES
        .objectNode()
        .put("id", model.id())
        .put("weightsDigest", model.weightsDigestHex())
        .put("contextLength", model.contextLength())
        .put("equivalenceClass", model.equivalenceClass())
        .put("embeddings", model.embeddings());
  }

  static ObjectNode model(ModelView model) {
    ObjectNode json = NODES.objectNode();
    strings(json.putArray("subnets"), model.subnets());
    json.set(
        "levels",
        list(
            LevelPrice.table(model.priceInputWei(), model.priceOutputWei(), 0), Views::levelPrice));
    return json.put("id", model.id())
        .put("contextLength", model.contextLength())
        .put("priceInputWei", model.priceInputWei().toString())
        .put("priceOutputWei", model.priceOutputWei().toString())
        .put("generates", model.generates())
        .put("embeddings", model.embeddings())
        .put("nodes", model.nodes());
  }

  private static ObjectNode levelPrice(LevelPrice price) {
    return NODES
        .objectNode()
        .put("verification", price.level().label())
        .put("number", price.level().number())
        .put("nodes", price.nodes())
        .put("priceInputWei", price.inputWei().toString())
        .put("priceOutputWei", price.outputWei().toString());
  }

  private static void strings(ArrayNode array, Collection<String> values) {
    values.forEach(array::add);
  }
}
