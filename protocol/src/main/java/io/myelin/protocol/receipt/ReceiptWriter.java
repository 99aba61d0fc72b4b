package io.myelin.protocol.receipt;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.protocol.typeddata.TaskCommit;

/** Receipts as JSON trees; {@link ReceiptReader} is its mirror. */
final class ReceiptWriter {
  private ReceiptWriter() {}

  static ObjectNode signed(SignedReceipt signed) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.set("receipt", receipt(signed.receipt()));
    root.put("signature", signed.signature().toString());
    return root;
  }

  static ObjectNode receipt(Receipt receipt) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("version", Receipt.VERSION);
    root.putObject("domain")
        .put("chainId", receipt.domain().chainId())
        .put("verifyingContract", receipt.domain().verifyingContract().toString());
    root.put("gateway", receipt.gateway().toString());
    root.put("sessionId", receipt.sessionId().toString());
    root.put("taskId", receipt.taskId().toString());
    ReceiptWork work = receipt.work();
    root.putObject("work")
        .put("kind", ReceiptNames.of(work.kind()))
        .put("model", work.model())
        .put("weightsDigest", work.weightsDigest().toString())
        .put("specDigest", work.specDigest().toString());
    ReceiptOutput output = receipt.output();
    root.putObject("output")
        .put("outputDigest", output.outputDigest().toString())
        .put("streamHead", output.streamHead().toString())
        .put("promptTokens", output.promptTokens())
        .put("outputTokens", output.outputTokens())
        .put("finishReason", ReceiptNames.of(output.finishReason()));
    ReceiptPrice price = receipt.price();
    root.putObject("price")
        .put("inputWei", price.inputWei().toString())
        .put("outputWei", price.outputWei().toString())
        .put("totalWei", price.totalWei().toString());
    ArrayNode nodes = root.putArray("nodes");
    receipt.nodes().forEach(node -> nodes.add(node(node)));
    ArrayNode segments = root.putArray("segments");
    for (Segment segment : receipt.segments()) {
      segments
          .addObject()
          .put("node", segment.node().toString())
          .put("attempt", segment.attempt())
          .put("firstChunk", segment.firstChunk())
          .put("chunks", segment.chunks())
          .put("tokens", segment.tokens());
    }
    ObjectNode verdict = root.putObject("verdict").put("level", receipt.verdict().level());
    ArrayNode findings = verdict.putArray("findings");
    for (Verdict.Finding finding : receipt.verdict().findings()) {
      findings.addObject().put("name", finding.name()).put("held", finding.held());
    }
    root.put("finishedMillis", receipt.finishedMillis());
    return root;
  }

  private static ObjectNode node(ReceiptNode node) {
    TaskCommit statement = node.commitment().statement();
    return JsonNodeFactory.instance
        .objectNode()
        .put("address", node.address().toString())
        .put("role", ReceiptNames.of(node.role()))
        .put("attempt", statement.attempt())
        .put("precommit", node.precommit().toString())
        .put("salt", node.commitment().salt().toString())
        .put("streamHead", statement.streamHead().toString())
        .put("outputDigest", statement.outputDigest().toString())
        .put("evidenceDigest", statement.evidenceDigest().toString())
        .put("promptTokens", statement.promptTokens())
        .put("outputTokens", statement.outputTokens())
        .put("finishReason", statement.finishReason())
        .put("signature", node.commitment().signature().toString())
        .put("priceWei", node.priceWei().toString());
  }
}
