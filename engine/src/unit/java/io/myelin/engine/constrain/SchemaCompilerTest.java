package io.myelin.engine.constrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.engine.EngineException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaCompilerTest {

  private static boolean accepts(String schema, String document) {
    return JsonAutomaton.of(SchemaCompiler.compile(schema))
        .next(document.getBytes(StandardCharsets.UTF_8))
        .isComplete();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"type":"string","pattern":"^a"}                          | /pattern
          {"type":"object","properties":{"a":{"type":"integer","minimum":1}}} | /properties/a/minimum
          {"oneOf":[{"type":"string"}]}                             | /oneOf
          {"type":"string","format":"date"}                         | /format
          {"anyOf":[{"type":"string"}],"type":"string"}             | "type" beside "anyOf"
          {"allOf":[{"type":"string"},{"type":"number"}]}           | /allOf
          {"$ref":"https://example.invalid/schema"}                 | /$ref
          {"$ref":"#/$defs/none"}                                   | leads nowhere
          {"type":"text"}                                           | /type
          {"type":"array","minItems":3,"maxItems":2}                | /minItems
          {"type":"string","minLength":-1}                          | /minLength
          {"enum":[]}                                               | 0 values
          {"type":"string","enum":[1,2]}                            | 0 values
          {"type":"object","required":["a"],"additionalProperties":false} | /required
          {"$ref":"#"}                                              | no value of it ends
          {"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]} | no value of it ends
          {"type":"array","minItems":1000000}                       | no value of it ends
          false                                                     | expected: an object or true
          {"type":"object"                                          | no JSON
          """)
  void whatCannotBeHeldIsRefusedByNameAndPlace(String schema, String place) {
    assertThatThrownBy(() -> SchemaCompiler.compile(schema.strip()))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.BAD_REQUEST))
        .hasMessageContaining(place.strip());
  }

  @Test
  void theUsualShapesOfClientsAreHeld() {
    String schema =
        """
        {"$schema":"x","title":"Step","type":"object","properties":{
          "name":{"type":"string","description":"d","minLength":1},
          "kind":{"enum":["a","ab"]},
          "size":{"type":["integer","null"]},
          "tags":{"type":"array","items":{"type":"string"},"maxItems":2}},
         "required":["name","kind","size","tags"],"additionalProperties":false}""";
    assertThat(accepts(schema, "{\"name\":\"x\",\"kind\":\"a\",\"size\":null,\"tags\":[]}"))
        .isTrue();
    assertThat(
            accepts(
                schema,
                "{\"name\": \"é\", \"kind\": \"ab\", \"size\": -7, \"tags\": [\"\", \"q\"]}"))
        .isTrue();
    assertThat(accepts(schema, "{\"name\":\"\",\"kind\":\"a\",\"size\":1,\"tags\":[]}")).isFalse();
    assertThat(accepts(schema, "{\"name\":\"x\",\"kind\":\"a\",\"size\":1.5,\"tags\":[]}"))
        .isFalse();
    assertThat(accepts(schema, "{\"name\":\"x\",\"kind\":\"a\",\"size\":1}")).isFalse();
    assertThat(accepts(schema, "{\"name\":\"x\",\"kind\":\"a\",\"size\":1,\"tags\":[],\"more\":1}"))
        .isFalse();
  }

  @Test
  void aToolsOwnDefinitionsAreFoundInsideALargerSchema() {
    String parameters =
        "{\"type\":\"object\",\"properties\":{\"p\":{\"$ref\":\"#/$defs/p\"}},\"required\":[\"p\"],"
            + "\"$defs\":{\"p\":{\"type\":\"integer\"}}}";
    String schema =
        "{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"name\":{\"const\":\"f\"},\"arguments\":"
            + parameters
            + "},\"required\":[\"name\",\"arguments\"],\"additionalProperties\":false}]}";
    assertThat(accepts(schema, "{\"name\":\"f\",\"arguments\":{\"p\":3}}")).isTrue();
    assertThat(accepts(schema, "{\"name\":\"f\",\"arguments\":{\"p\":\"3\"}}")).isFalse();
  }

  @Test
  void recursionEndsAtTheDepthsBound() {
    String schema =
        "{\"type\":\"object\",\"properties\":{\"n\":{\"$ref\":\"#\"}},\"additionalProperties\":false}";
    assertThat(accepts(schema, "{\"n\":".repeat(31) + "{}" + "}".repeat(31))).isTrue();
    assertThat(accepts(schema, "{\"n\":".repeat(32) + "{}" + "}".repeat(32))).isFalse();
  }

  @Test
  void namesAreUsedOnceAndHalfSurrogatesNever() {
    String any = "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}";
    assertThat(accepts(any, "{\"a\":\"\",\"b\":\"\"}")).isTrue();
    assertThat(accepts(any, "{\"a\":\"\",\"a\":\"\"}")).isFalse();
    assertThat(accepts(any, "{\"a\":\"\\ud800\"}")).isFalse();
    assertThat(accepts(any, "{\"a\":\"\\uD7ff\\u00e9\\n\"}")).isTrue();
  }
}
