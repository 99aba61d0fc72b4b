package io.myelin.protocol.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class ReceiptProperties {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String JSON = TestingReceipts.signed().json();

  /** A value in the tree: how to name it, read it and replace it. */
  private record Place(String path, JsonNode value, Consumer<JsonNode> setter) {}

  private static JsonNode tree() {
    try {
      return MAPPER.readTree(JSON);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void collect(String path, JsonNode node, List<Place> places) {
    if (node instanceof ObjectNode object) {
      for (var entry : object.properties()) {
        String at = path + "/" + entry.getKey();
        places.add(new Place(at, entry.getValue(), value -> object.set(entry.getKey(), value)));
        collect(at, entry.getValue(), places);
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int index = i;
        places.add(new Place(path + "/" + i, array.get(i), value -> array.set(index, value)));
        collect(path + "/" + i, array.get(i), places);
      }
    }
  }

  private static List<Place> leaves(JsonNode root) {
    List<Place> places = new ArrayList<>();
    collect("", root, places);
    return places.stream().filter(place -> place.value().isValueNode()).toList();
  }

  /** The value, changed so that it is still one of its kind. */
  private static JsonNode changed(JsonNode value, int by) {
    if (value.isBoolean()) {
      return BooleanNode.valueOf(!value.booleanValue());
    }
    if (value.isNumber()) {
      return JsonNodeFactory.instance.numberNode(value.longValue() + 1 + by % 5);
    }
    String text = value.textValue();
    int at = text.startsWith("0x") ? 2 + by % (text.length() - 2) : by % text.length();
    char old = text.charAt(at);
    char other = old == '1' ? '2' : '1';
    return TextNode.valueOf(text.substring(0, at) + other + text.substring(at + 1));
  }

  @Provide
  Arbitrary<Integer> positions() {
    return Arbitraries.integers().between(0, 10_000);
  }

  @Property(tries = 600)
  void anyChangedFieldIsNoticedByWhoHoldsNothingButTheReceipt(
      @ForAll("positions") int place, @ForAll("positions") int by) {
    JsonNode root = tree();
    List<Place> leaves = leaves(root);
    Place chosen = leaves.get(place % leaves.size());
    chosen.setter().accept(changed(chosen.value(), by));

    assertThat(ReceiptVerifier.verifyJson(root.toString(), ReceiptEvidence.none()).holds())
        .as(chosen.path())
        .isFalse();
  }

  @Property(tries = 600)
  void aGatewayThatSignsAgainCannotChangeWhatOthersVouchFor(
      @ForAll("positions") int place, @ForAll("positions") int by) throws ReceiptFormatException {
    JsonNode root = tree();
    List<Place> leaves =
        leaves(root).stream()
            .filter(
                leaf ->
                    leaf.path()
                        .matches(
                            "/receipt/((domain|output|price|nodes)/.*|taskId|sessionId|work/specDigest"
                                + "|segments/./(tokens|chunks|firstChunk))"))
            .filter(leaf -> !leaf.path().matches(".*/segments/1/chunks"))
            .toList();
    Place chosen = leaves.get(place % leaves.size());
    chosen.setter().accept(changed(chosen.value(), by));

    SignedReceipt tampered;
    try {
      tampered = SignedReceipt.parse(root.toString());
    } catch (ReceiptFormatException e) {
      return; // The change left the format: nobody would take it for a receipt.
    }
    SignedReceipt again = SignedReceipt.sign(TestingReceipts.key("gateway"), tampered.receipt());
    Verification verification = ReceiptVerifier.verify(again, TestingReceipts.evidence());
    assertThat(verification.check("gateway_signature").orElseThrow().outcome())
        .isEqualTo(Check.Outcome.HELD);
    assertThat(verification.holds()).as(chosen.path()).isFalse();
  }

  @Property(tries = 300)
  void whateverStandsInAFieldTheAnswerIsAVerdict(
      @ForAll("positions") int place, @ForAll("values") JsonNode value) {
    JsonNode root = tree();
    List<Place> places = new ArrayList<>();
    collect("", root, places);
    Place chosen = places.get(place % places.size());
    chosen.setter().accept(value);

    Verification verification = ReceiptVerifier.verifyJson(root.toString(), ReceiptEvidence.none());
    assertThat(verification.holds()).isEqualTo(chosen.value().toString().equals(value.toString()));
  }

  @Provide
  Arbitrary<JsonNode> values() {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(140).map(TextNode::valueOf),
        Arbitraries.integers().map(IntNode::valueOf),
        Arbitraries.doubles().map(json::numberNode),
        Arbitraries.bigIntegers().map(json::numberNode),
        Arbitraries.of(
            json.nullNode(), json.objectNode(), json.arrayNode(), json.booleanNode(true)));
  }

  @Property(tries = 200)
  void writingAndReadingGivesTheSame(
      @ForAll("models") String model, @ForAll("positions") int millis)
      throws ReceiptFormatException {
    Receipt base = TestingReceipts.receipt();
    Receipt receipt =
        new Receipt(
            base.domain(),
            base.gateway(),
            base.sessionId(),
            base.taskId(),
            new ReceiptWork(
                base.work().kind(), model, base.work().weightsDigest(), base.work().specDigest()),
            base.output(),
            base.price(),
            base.nodes(),
            base.segments(),
            base.verdict(),
            millis);
    SignedReceipt signed = SignedReceipt.sign(TestingReceipts.key("gateway"), receipt);

    assertThat(SignedReceipt.parse(signed.json())).isEqualTo(signed);
    assertThat(SignedReceipt.parse(signed.json()).receipt().digest()).isEqualTo(receipt.digest());
    assertThat(ReceiptVerifier.verify(signed, TestingReceipts.evidence()).holds()).isTrue();
  }

  @Provide
  Arbitrary<String> models() {
    return Arbitraries.strings()
        .all()
        .ofMinLength(1)
        .ofMaxLength(40)
        .filter(
            text ->
                text.codePoints()
                    .noneMatch(
                        c ->
                            Character.isISOControl(c)
                                || Character.getType(c) == Character.SURROGATE));
  }
}
