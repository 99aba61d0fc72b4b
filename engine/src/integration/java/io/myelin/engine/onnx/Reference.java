package io.myelin.engine.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * What other software made of the same model; {@code make_reference.py} beside the file says how.
 *
 * @param tokens as Hugging Face's tokenizer splits the text
 * @param vector as ONNX Runtime from Python and sentence-transformers' pooling give it; empty for a
 *     text that was only split
 */
record Reference(String text, List<Integer> tokens, List<Float> vector) {

  /** Copies. */
  Reference {
    tokens = List.copyOf(tokens);
    vector = List.copyOf(vector);
  }

  static List<Reference> embedded() {
    return read("embedded");
  }

  static List<Reference> tokenized() {
    return read("tokenized");
  }

  private static List<Reference> read(String list) {
    List<Reference> all = new ArrayList<>();
    try (InputStream in = Reference.class.getResourceAsStream("reference.json")) {
      for (JsonNode entry : new ObjectMapper().readTree(in).path(list)) {
        List<Integer> tokens = new ArrayList<>();
        entry.path("ids").forEach(id -> tokens.add(id.intValue()));
        all.add(new Reference(entry.path("text").asText(), tokens, floats(entry.path("vector"))));
      }
    } catch (IOException e) {
      throw new AssertionError("reference.json: " + e, e);
    }
    return all;
  }

  private static List<Float> floats(JsonNode base64) {
    ByteBuffer bytes =
        ByteBuffer.wrap(Base64.getDecoder().decode(base64.asText("")))
            .order(ByteOrder.LITTLE_ENDIAN);
    List<Float> values = new ArrayList<>();
    while (bytes.hasRemaining()) {
      values.add(bytes.getFloat());
    }
    return values;
  }
}
