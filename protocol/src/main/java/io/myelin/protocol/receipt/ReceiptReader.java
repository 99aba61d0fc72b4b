package io.myelin.protocol.receipt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.myelin.protocol.commitment.Commitment;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.TaskCommit;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Receipts from JSON text that anyone may have written; {@link ReceiptWriter} is its mirror. */
final class ReceiptReader {
  private static final int MAX_CHARACTERS = 1 << 20;
  private static final int MAX_FINDINGS = 256;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(8)
                          .maxNumberLength(20)
                          .maxStringLength(2048)
                          .maxNameLength(64)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ReceiptReader() {}

  static SignedReceipt read(String json) throws ReceiptFormatException {
    if (json.length() > MAX_CHARACTERS) {
      throw new ReceiptFormatException(
          "receipt: " + json.length() + " characters (expected: at most " + MAX_CHARACTERS + ")");
    }
    JsonNode tree;
    try {
      tree = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      // Where a limit was passed, Jackson does not say where.
      JsonLocation at = e.getLocation();
      String where =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new ReceiptFormatException("not JSON: " + e.getOriginalMessage() + where, e);
    }
    StrictObject root = new StrictObject("$", tree);
    Receipt receipt = receipt(root.object("receipt"));
    Signature signature = root.text("signature", Signature::parse);
    return root.build(() -> new SignedReceipt(receipt, signature));
  }

  private static Receipt receipt(StrictObject in) throws ReceiptFormatException {
    int version = in.integer("version");
    if (version != Receipt.VERSION) {
      throw new ReceiptFormatException(
          "$.receipt.version: " + version + " (expected: " + Receipt.VERSION + ")");
    }
    Eip712Domain domain = domain(in.object("domain"));
    Address gateway = in.text("gateway", Address::parse);
    SessionId sessionId = in.text("sessionId", SessionId::parse);
    TaskId taskId = in.text("taskId", TaskId::parse);
    ReceiptWork work = work(in.object("work"));
    ReceiptOutput output = output(in.object("output"));
    ReceiptPrice price = price(in.object("price"));
    List<ReceiptNode> nodes = new ArrayList<>();
    for (StrictObject node : in.objects("nodes", Receipt.MAX_NODES)) {
      nodes.add(node(node, sessionId, taskId, work.specDigest()));
    }
    List<Segment> segments = new ArrayList<>();
    for (StrictObject segment : in.objects("segments", Receipt.MAX_SEGMENTS)) {
      segments.add(segment(segment));
    }
    Verdict verdict = verdict(in.object("verdict"));
    long finishedMillis = in.longInteger("finishedMillis");
    return in.build(
        () ->
            new Receipt(
                domain,
                gateway,
                sessionId,
                taskId,
                work,
                output,
                price,
                nodes,
                segments,
                verdict,
                finishedMillis));
  }

  private static Eip712Domain domain(StrictObject in) throws ReceiptFormatException {
    long chainId = in.longInteger("chainId");
    Address contract = in.text("verifyingContract", Address::parse);
    return in.build(() -> new Eip712Domain(chainId, contract));
  }

  private static ReceiptWork work(StrictObject in) throws ReceiptFormatException {
    ReceiptWork.Kind kind = in.choice("kind", ReceiptWork.Kind.values(), ReceiptNames::of);
    String model = in.text("model", text -> text);
    Digest weightsDigest = in.text("weightsDigest", Digest::parse);
    Digest specDigest = in.text("specDigest", Digest::parse);
    return in.build(() -> new ReceiptWork(kind, model, weightsDigest, specDigest));
  }

  private static ReceiptOutput output(StrictObject in) throws ReceiptFormatException {
    Digest outputDigest = in.text("outputDigest", Digest::parse);
    Digest streamHead = in.text("streamHead", Digest::parse);
    int promptTokens = in.integer("promptTokens");
    int outputTokens = in.integer("outputTokens");
    var reason = in.choice("finishReason", ReceiptNames.finishReasons(), ReceiptNames::of);
    return in.build(
        () -> new ReceiptOutput(outputDigest, streamHead, promptTokens, outputTokens, reason));
  }

  private static ReceiptPrice price(StrictObject in) throws ReceiptFormatException {
    BigInteger inputWei = in.wei("inputWei");
    BigInteger outputWei = in.wei("outputWei");
    BigInteger totalWei = in.wei("totalWei");
    return in.build(() -> new ReceiptPrice(inputWei, outputWei, totalWei));
  }

  private static ReceiptNode node(
      StrictObject in, SessionId sessionId, TaskId taskId, Digest specDigest)
      throws ReceiptFormatException {
    Address address = in.text("address", Address::parse);
    ReceiptNode.Role role = in.choice("role", ReceiptNode.Role.values(), ReceiptNames::of);
    int attempt = in.integer("attempt");
    Digest precommit = in.text("precommit", Digest::parse);
    Salt salt = in.text("salt", Salt::parse);
    Digest streamHead = in.text("streamHead", Digest::parse);
    Digest outputDigest = in.text("outputDigest", Digest::parse);
    Digest evidenceDigest = in.text("evidenceDigest", Digest::parse);
    int promptTokens = in.integer("promptTokens");
    int outputTokens = in.integer("outputTokens");
    int finishReason = in.integer("finishReason");
    Signature signature = in.text("signature", Signature::parse);
    BigInteger priceWei = in.wei("priceWei");
    return in.build(
        () -> {
          TaskCommit statement =
              new TaskCommit(
                  taskId,
                  sessionId,
                  address,
                  attempt,
                  specDigest,
                  streamHead,
                  outputDigest,
                  evidenceDigest,
                  promptTokens,
                  outputTokens,
                  finishReason);
          return new ReceiptNode(
              role, precommit, new Commitment(statement, salt, signature), priceWei);
        });
  }

  private static Segment segment(StrictObject in) throws ReceiptFormatException {
    Address node = in.text("node", Address::parse);
    int attempt = in.integer("attempt");
    int firstChunk = in.integer("firstChunk");
    int chunks = in.integer("chunks");
    int tokens = in.integer("tokens");
    return in.build(() -> new Segment(node, attempt, firstChunk, chunks, tokens));
  }

  private static Verdict verdict(StrictObject in) throws ReceiptFormatException {
    String level = in.text("level", text -> text);
    List<Verdict.Finding> findings = new ArrayList<>();
    for (StrictObject each : in.objects("findings", MAX_FINDINGS)) {
      String name = each.text("name", text -> text);
      boolean held = each.bool("held");
      findings.add(each.build(() -> new Verdict.Finding(name, held)));
    }
    return in.build(() -> new Verdict(level, findings));
  }
}
