package io.myelin.cli.receipt;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.myelin.cli.CommandException;
import io.myelin.client.TaskStream;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.receipt.ReceiptEvidence;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.ReceiptVerifier;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.receipt.Verification;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A receipt and what its client kept of the answer, in one file: enough for every check, without a
 * network.
 *
 * @param receipt the file as the gateway served it
 * @param gateway who had to sign it
 * @param asked the work asked for
 * @param answer the text as the client read it
 * @param chunks the stream's chunks
 * @param proof that the receipt is under its session's root
 */
public record TaskBundle(
    String receipt,
    Optional<Address> gateway,
    Optional<GenerationSpec> asked,
    Optional<String> answer,
    Optional<List<GeneratedChunk>> chunks,
    Optional<ReceiptProof> proof) {
  private static final int VERSION = 1;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build();

  /** Copies. */
  public TaskBundle {
    chunks = chunks.map(List::copyOf);
  }

  /** Without a proof: while its session is open there is none. */
  public TaskBundle(
      String receipt,
      Optional<Address> gateway,
      Optional<GenerationSpec> asked,
      Optional<String> answer,
      Optional<List<GeneratedChunk>> chunks) {
    this(receipt, gateway, asked, answer, chunks, Optional.empty());
  }

  /** A receipt alone. */
  static TaskBundle of(String receipt) {
    return new TaskBundle(
        receipt, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Does every check that what is here allows. */
  public Verification verify() {
    ReceiptEvidence evidence = ReceiptEvidence.none();
    if (gateway.isPresent()) {
      evidence = evidence.withGateway(gateway.get());
    }
    if (asked.isPresent()) {
      evidence = evidence.withSpecDigest(WorkDigest.of(asked.get()));
    }
    if (answer.isPresent()) {
      evidence = evidence.withOutput(ByteString.copyFromUtf8(answer.get()));
    }
    if (chunks.isPresent()) {
      evidence = evidence.withChunks(chunks.get());
    }
    return ReceiptVerifier.verifyJson(receipt, evidence);
  }

  /** Whether the receipt says that this answer is proven false. */
  boolean isAnswerFalse() {
    try {
      return SignedReceipt.parse(receipt).receipt().isAnswerFalse();
    } catch (ReceiptFormatException e) {
      // It says nothing, and no check of it holds.
      return false;
    }
  }

  TaskBundle withGateway(Address expected) {
    return new TaskBundle(receipt, Optional.of(expected), asked, answer, chunks, proof);
  }

  TaskBundle withAsked(GenerationSpec spec) {
    return new TaskBundle(receipt, gateway, Optional.of(spec), answer, chunks, proof);
  }

  TaskBundle withAnswer(String text) {
    return new TaskBundle(receipt, gateway, asked, Optional.of(text), chunks, proof);
  }

  TaskBundle withChunks(List<GeneratedChunk> received) {
    return new TaskBundle(receipt, gateway, asked, answer, Optional.of(received), proof);
  }

  /** The same with a proof, once the session is settled. */
  public TaskBundle withProof(ReceiptProof given) {
    return new TaskBundle(receipt, gateway, asked, answer, chunks, Optional.of(given));
  }

  /** The file. */
  public String toJson() {
    ObjectNode json = JSON.createObjectNode();
    json.put("bundle", VERSION);
    gateway.ifPresent(address -> json.put("gateway", address.toString()));
    answer.ifPresent(text -> json.put("answer", text));
    try {
      if (asked.isPresent()) {
        json.set("asked", JSON.readTree(JsonFormat.printer().print(asked.get())));
      }
      chunks.ifPresent(list -> write(list, json.putArray("chunks")));
      proof.ifPresent(given -> json.set("proof", given.toJson()));
      // As it was served: its strict reader is to see every byte.
      json.putRawValue("receipt", new RawValue(receipt.strip()));
      return JSON.writeValueAsString(json) + "\n";
    } catch (InvalidProtocolBufferException | JsonProcessingException e) {
      throw new IllegalStateException("the bundle cannot be written", e);
    }
  }

  private static void write(List<GeneratedChunk> chunks, ArrayNode array) {
    for (GeneratedChunk chunk : chunks) {
      ObjectNode json = array.addObject();
      json.put("seq", Integer.toUnsignedLong(chunk.getSeq()));
      json.put("text", chunk.getText().toStringUtf8());
      ArrayNode tokens = json.putArray("tokens");
      chunk.getTokensList().forEach(token -> tokens.add(Integer.toUnsignedLong(token)));
    }
  }

  /**
   * Reads a bundle, or a receipt alone.
   *
   * @throws CommandException when it begins as a bundle and is none
   */
  static TaskBundle read(String text) {
    if (!isBundle(text)) {
      return of(text);
    }
    try (JsonParser parser = JSON.createParser(text)) {
      return readFields(parser, text);
    } catch (JsonProcessingException e) {
      throw new CommandException("bundle: no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory is readable", e);
    }
  }

  private static boolean isBundle(String text) {
    try (JsonParser parser = JSON.createParser(text)) {
      return parser.nextToken() == JsonToken.START_OBJECT
          && "bundle".equals(parser.nextFieldName());
    } catch (IOException e) {
      // No JSON: the reader of receipts says so.
      return false;
    }
  }

  private static TaskBundle readFields(JsonParser parser, String text) throws IOException {
    TaskBundle bundle = of("");
    Set<String> seen = new HashSet<>();
    parser.nextToken();
    for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
      parser.nextToken();
      if (!seen.add(field)) {
        throw new CommandException("bundle: field " + field + " twice (expected: once)");
      }
      switch (field) {
        case "bundle" -> {
          if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
              || parser.getLongValue() != VERSION) {
            throw new CommandException(
                "bundle: version " + parser.getText() + " (expected: " + VERSION + ")");
          }
        }
        case "gateway" -> bundle = bundle.withGateway(address(parser.readValueAsTree()));
        case "answer" -> bundle = bundle.withAnswer(string(parser.readValueAsTree()));
        case "asked" -> bundle = bundle.withAsked(spec(parser.readValueAsTree()));
        case "chunks" -> bundle = bundle.withChunks(chunks(parser.readValueAsTree()));
        case "proof" -> bundle = bundle.withProof(ReceiptProof.of(parser.readValueAsTree()));
        case "receipt" -> {
          int from = (int) parser.currentTokenLocation().getCharOffset();
          parser.skipChildren();
          bundle = bundle.withReceipt(text.substring(from, offset(parser)));
        }
        default ->
            throw new CommandException(
                "bundle: field "
                    + field
                    + " (expected: bundle, gateway, answer, asked, chunks, proof, receipt)");
      }
    }
    if (bundle.receipt.isEmpty()) {
      throw new CommandException("bundle: no receipt in it");
    }
    return bundle;
  }

  private static int offset(JsonParser parser) {
    return (int) parser.currentLocation().getCharOffset();
  }

  private TaskBundle withReceipt(String served) {
    return new TaskBundle(served, gateway, asked, answer, chunks, proof);
  }

  private static String string(JsonNode json) {
    if (!json.isTextual()) {
      throw new CommandException("bundle: answer is " + json.getNodeType() + " (expected: a text)");
    }
    return json.textValue();
  }

  private static Address address(JsonNode json) {
    try {
      return Address.parse(json.asText());
    } catch (IllegalArgumentException e) {
      throw new CommandException("bundle: gateway: " + e.getMessage(), e);
    }
  }

  private static GenerationSpec spec(JsonNode json) {
    GenerationSpec.Builder spec = GenerationSpec.newBuilder();
    try {
      JsonFormat.parser().merge(json.toString(), spec);
    } catch (InvalidProtocolBufferException e) {
      throw new CommandException("bundle: asked: " + e.getMessage(), e);
    }
    return spec.build();
  }

  private static List<GeneratedChunk> chunks(JsonNode json) {
    List<GeneratedChunk> chunks = new ArrayList<>();
    for (JsonNode chunk : json) {
      chunks.add(TaskStream.chunk(chunk, chunks.size()));
    }
    return chunks;
  }
}
