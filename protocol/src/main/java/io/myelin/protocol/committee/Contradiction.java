package io.myelin.protocol.committee;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.Eip712Domain;

/**
 * Two attestations of one key about one subject that differ in content: what costs a validator all
 * of its stake, whoever shows it.
 *
 * @param operator the key
 * @param first what it attested
 * @param firstSignature over it
 * @param second what it attested as well; of the same kind and subject
 * @param secondSignature over it
 */
public record Contradiction(
    Address operator,
    Attestation first,
    Signature firstSignature,
    Attestation second,
    Signature secondSignature) {
  private static final String KIND = "double-signing";
  private static final JsonMapper JSON = new JsonMapper();

  /** Checks that they are of one kind and subject, and differ. */
  public Contradiction {
    if (!first.kind().equals(second.kind()) || !first.subject().equals(second.subject())) {
      throw new IllegalArgumentException(
          "attestations of kinds %s and %s, subjects %s and %s (expected: one kind, one subject)"
              .formatted(first.kind(), second.kind(), first.subject(), second.subject()));
    }
    if (first.content().equals(second.content())) {
      throw new IllegalArgumentException(
          "content: %s twice (expected: two that differ)".formatted(first.content()));
    }
  }

  /** Whether both signatures are the key's, in a network's domain. */
  public boolean holds(Eip712Domain domain) {
    return Signers.signedBy(operator, domain.digest(first), firstSignature)
        && Signers.signedBy(operator, domain.digest(second), secondSignature);
  }

  /** As it is kept in a file. */
  public String json() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("evidence", KIND);
    root.put("operator", operator.toString());
    root.put("kind", text(first.kind()));
    root.put("subject", text(first.subject()));
    root.put("firstContent", text(first.content()));
    root.put("firstSignature", firstSignature.toString());
    root.put("secondContent", text(second.content()));
    root.put("secondSignature", secondSignature.toString());
    return root.toPrettyString() + "\n";
  }

  private static String text(Digest digest) {
    return digest.hex();
  }

  /**
   * From a file's text.
   *
   * @throws IllegalArgumentException when it is no such evidence; says what is wrong
   */
  public static Contradiction parse(String json) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("evidence: not JSON: " + e.getOriginalMessage(), e);
    }
    String evidence = field(root, "evidence");
    if (!evidence.equals(KIND)) {
      throw new IllegalArgumentException(
          "evidence: \"%s\" (expected: \"%s\")".formatted(evidence, KIND));
    }
    Digest kind = Digest.parse(field(root, "kind"));
    Digest subject = Digest.parse(field(root, "subject"));
    return new Contradiction(
        Address.parse(field(root, "operator")),
        new Attestation(kind, subject, Digest.parse(field(root, "firstContent"))),
        Signature.parse(field(root, "firstSignature")),
        new Attestation(kind, subject, Digest.parse(field(root, "secondContent"))),
        Signature.parse(field(root, "secondSignature")));
  }

  private static String field(JsonNode root, String name) {
    JsonNode value = root.path(name);
    if (!value.isTextual()) {
      throw new IllegalArgumentException(name + ": missing (expected: a text)");
    }
    return value.textValue();
  }
}
