package io.myelin.cli.queue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedOutputStream;
import io.myelin.chain.Bytes;
import io.myelin.cli.CommandException;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.openai.OpenAiWorkReader;
import io.myelin.gateway.task.Submission;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.queue.PromptBound;
import io.myelin.v1.GenerationSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;

/**
 * A task's spec as it goes on chain: what a gateway makes of the same request, by the same code.
 *
 * @param spec with every parameter resolved
 */
record AskedSpec(GenerationSpec spec) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of one question. */
  static AskedSpec of(String prompt, String model, int maxTokens, double temperature, long seed) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putArray("messages").addObject().put("role", "user").put("content", prompt);
    body.put("max_tokens", maxTokens).put("temperature", temperature).put("seed", seed);
    return read(body, model, maxTokens);
  }

  /**
   * Of a file: the body of an OpenAI request, with {@code messages} or {@code prompt}.
   *
   * @param model for a body that names none
   * @param maxTokens for a body that names none
   */
  static AskedSpec of(Path file, String model, int maxTokens) {
    try {
      if (JSON.readTree(Files.readString(file)) instanceof ObjectNode body) {
        return read(body, model, maxTokens);
      }
    } catch (JsonProcessingException e) {
      throw new CommandException(file + ": no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new CommandException(file + " cannot be read: " + e.getMessage(), e);
    }
    throw new CommandException(
        file + ": no object (expected: a request's body, {\"messages\":[…]})");
  }

  private static AskedSpec read(ObjectNode given, String model, int maxTokens) {
    ObjectNode body = given.deepCopy();
    // These shape an answer that streams, and here none does.
    body.remove("stream");
    body.remove("stream_options");
    if (!body.path("model").isTextual()) {
      body.put("model", model);
    }
    JsonNode most = body.path("max_completion_tokens");
    if (!body.path("max_tokens").isNumber() && !most.isNumber()) {
      body.put("max_tokens", maxTokens);
    }
    try {
      return new OpenAiWorkReader(new SecureRandom()::nextLong, InstantSource.system())
                  .read(body.has("messages") ? "chat" : "completion", body)
              instanceof Submission.Work.Generate work
          ? new AskedSpec(work.spec())
          : new AskedSpec(GenerationSpec.getDefaultInstance());
    } catch (ApiError e) {
      throw new CommandException("the request: " + e.getMessage(), e);
    }
  }

  /** What the contract and every node hash. */
  Digest digest() {
    return WorkDigest.of(spec);
  }

  /** The bytes that hash to it: fields in the order of their numbers, maps sorted. */
  Bytes bytes() {
    byte[] bytes = new byte[spec.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      spec.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("an array of the right size takes every byte", e);
    }
    return Bytes.of(bytes);
  }

  /** Most tokens that the prompt can come to. */
  long maxPromptTokens() {
    return PromptBound.tokens(spec);
  }

  /** Most tokens of the answer. */
  long maxOutputTokens() {
    return Integer.toUnsignedLong(spec.getMaxTokens());
  }
}
