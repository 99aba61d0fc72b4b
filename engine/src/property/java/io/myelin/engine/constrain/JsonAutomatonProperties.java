package io.myelin.engine.constrain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.engine.sampling.LogitFilter;
import io.myelin.engine.sampling.Vocabulary;
import io.myelin.v1.OutputConstraint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class JsonAutomatonProperties {
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static JsonNode parse(byte[] document) throws IOException {
    return STRICT.readTree(document);
  }

  /** Every walk ends within its bound, and where it may end it is valid. */
  @Property(tries = 500)
  void whatIsAcceptedIsValid(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    ObjectNode schema = new RandomSchema(random).schema();
    Node root = SchemaCompiler.compile(schema.toString());
    SchemaOracle oracle = new SchemaOracle(schema);
    int bound = root.minLength() + random.nextInt(250);
    JsonAutomaton at = JsonAutomaton.of(root, bound);
    ByteArrayOutputStream walked = new ByteArrayOutputStream();
    while (true) {
      if (at.isComplete()) {
        JsonNode document = parse(walked.toByteArray());
        assertThat(oracle.valid(document)).as("%s of %s", document, schema).isTrue();
      }
      List<Integer> allowed = at.allowed();
      if (allowed.isEmpty()) {
        assertThat(at.isComplete()).as("%s of %s", walked, schema).isTrue();
        break;
      }
      int next = allowed.get(random.nextInt(allowed.size()));
      walked.write(next);
      at = at.next(next);
      assertThat(at.bytesToCompletion()).isLessThanOrEqualTo(bound - walked.size());
    }
    assertThat(walked.size()).isLessThanOrEqualTo(bound);
  }

  /** From anywhere on a walk there is a way to the end, of exactly the length that is told. */
  @Property(tries = 400)
  void whatIsBegunCanBeCompleted(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    ObjectNode schema = new RandomSchema(random).schema();
    JsonAutomaton at = JsonAutomaton.of(SchemaCompiler.compile(schema.toString()));
    ByteArrayOutputStream walked = new ByteArrayOutputStream();
    for (int steps = random.nextInt(60); steps > 0; steps--) {
      List<Integer> allowed = at.allowed();
      if (allowed.isEmpty()) {
        break;
      }
      int next = allowed.get(random.nextInt(allowed.size()));
      walked.write(next);
      at = at.next(next);
    }
    for (int left = at.bytesToCompletion(); left > 0; left = at.bytesToCompletion()) {
      int best = -1;
      for (int next : at.allowed()) {
        if (at.next(next).bytesToCompletion() < left) {
          best = next;
        }
      }
      assertThat(best).as("after %s of %s", walked, schema).isNotNegative();
      walked.write(best);
      at = at.next(best);
    }
    assertThat(at.isComplete()).isTrue();
    assertThat(new SchemaOracle(schema).valid(parse(walked.toByteArray()))).isTrue();
  }

  /** Documents written without regard to the automaton are accepted. */
  @Property(tries = 500)
  void whatIsValidIsAccepted(@ForAll long seed) {
    Random random = new Random(seed);
    RandomSchema schemas = new RandomSchema(random);
    ObjectNode schema = schemas.schema();
    JsonNode document = schemas.document(schema, schema, 0);
    JsonAutomaton end =
        JsonAutomaton.of(SchemaCompiler.compile(schema.toString()))
            .next(document.toString().getBytes(StandardCharsets.UTF_8));
    assertThat(end.isComplete()).as("%s of %s", document, schema).isTrue();
  }

  /** The same through tokens of many bytes, as the sampler asks. */
  @Property(tries = 200)
  void randomAllowedTokensEndInAValidDocument(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    ObjectNode schema = new RandomSchema(random).schema();
    Node root = SchemaCompiler.compile(schema.toString());
    int bound = root.minLength() + 150;
    TokensOfSchema vocabulary = new TokensOfSchema(random, schema.toString());
    LogitFilter filter = new ConstraintFilter(JsonAutomaton.of(root, bound), vocabulary);
    ByteArrayOutputStream walked = new ByteArrayOutputStream();
    while (true) {
      List<Integer> allowed = new ArrayList<>();
      for (int token = 0; token < vocabulary.size(); token++) {
        if (filter.allows(token)) {
          allowed.add(token);
        }
      }
      assertThat(allowed).as("after %s of %s", walked, schema).isNotEmpty();
      int token = allowed.get(random.nextInt(allowed.size()));
      filter.accept(token);
      if (vocabulary.endsGeneration(token)) {
        break;
      }
      walked.writeBytes(vocabulary.piece(token));
      assertThat(walked.size()).isLessThanOrEqualTo(bound);
    }
    assertThat(new SchemaOracle(schema).valid(parse(walked.toByteArray()))).isTrue();
  }

  /** An object of any kind, as {@code json_object} asks for. */
  @Property(tries = 40)
  void anyObjectIsAnObject(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    TokensOfSchema vocabulary = new TokensOfSchema(random, "{\"key\": [1.5, true, null, {}]}");
    LogitFilter filter =
        new ConstraintFilter(JsonAutomaton.of(SchemaCompiler.anyObject(), 120), vocabulary);
    ByteArrayOutputStream walked = new ByteArrayOutputStream();
    int token = 0;
    while (!vocabulary.endsGeneration(token) || walked.size() == 0) {
      int[] allowed =
          java.util.stream.IntStream.range(0, vocabulary.size()).filter(filter::allows).toArray();
      token = allowed[random.nextInt(allowed.length)];
      filter.accept(token);
      walked.writeBytes(vocabulary.piece(token));
    }
    assertThat(parse(walked.toByteArray()).isObject()).isTrue();
  }

  /** Single bytes, pieces of the schema's own text, and an end. */
  private static final class TokensOfSchema implements Vocabulary {
    private final List<byte[]> pieces = new ArrayList<>();

    TokensOfSchema(Random random, String text) {
      for (int i = 0; i < 256; i++) {
        pieces.add(new byte[] {(byte) i});
      }
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 200; i++) {
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + 2 + random.nextInt(6));
        pieces.add(java.util.Arrays.copyOfRange(bytes, from, to));
      }
      for (String structural : List.of("\": \"", "\", \"", "\"}", "]}", "{\"", "\": {\"")) {
        pieces.add(structural.getBytes(StandardCharsets.UTF_8));
      }
      pieces.add(new byte[0]);
    }

    @Override
    public int size() {
      return pieces.size();
    }

    @Override
    public byte[] piece(int token) {
      return pieces.get(token);
    }

    @Override
    public boolean endsGeneration(int token) {
      return token == pieces.size() - 1;
    }
  }

  /** Through the public door, with the constraint as the wire has it. */
  @Property(tries = 5)
  void theFactoryTakesTheWiresConstraint(@ForAll long seed) {
    OutputConstraint constraint =
        OutputConstraint.newBuilder()
            .setKind(OutputConstraint.Kind.KIND_JSON_SCHEMA)
            .setSchemaJson("{\"const\":\"yes\"}")
            .build();
    TokensOfSchema vocabulary = new TokensOfSchema(new Random(seed), "\"yes\"");
    LogitFilter filter = new ConstraintFilters().create(constraint, vocabulary);
    assertThat(filter.allows('"')).isTrue();
    assertThat(filter.allows('{')).isFalse();
    assertThat(filter.allows(vocabulary.size() - 1)).isFalse();
    for (byte b : "\"yes\"".getBytes(StandardCharsets.UTF_8)) {
      filter.accept(b);
    }
    assertThat(filter.allows(vocabulary.size() - 1)).isTrue();
    assertThat(filter.allows('"')).isFalse();
  }
}
