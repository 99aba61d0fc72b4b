package io.myelin.engine.catalogue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes the metadata of a GGUF file, for tests of the reader. */
final class GgufBytes {
  private final ByteArrayOutputStream pairs = new ByteArrayOutputStream();
  private int count;

  /** A file that looks like a language model with a chat template. */
  static byte[] languageModel(int contextLength) {
    return new GgufBytes()
        .string("general.architecture", "llama")
        .string("general.name", "Tiny")
        .string("general.license", "apache-2.0")
        .strings("tokenizer.ggml.tokens", "a", "b", "ü")
        .u32("llama.context_length", contextLength)
        .string("tokenizer.chat_template", "{{ messages }}")
        .bytes();
  }

  GgufBytes string(String key, String value) {
    return key(key, 8).text(value);
  }

  GgufBytes u32(String key, int value) {
    key(key, 4).pairs.writeBytes(little(4).putInt(value).array());
    return this;
  }

  GgufBytes strings(String key, String... values) {
    key(key, 9).pairs.writeBytes(little(12).putInt(8).putLong(values.length).array());
    for (String value : values) {
      text(value);
    }
    return this;
  }

  byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(little(20).putInt(3).putLong(0).putLong(count).array());
    out.writeBytes(pairs.toByteArray());
    return out.toByteArray();
  }

  private GgufBytes key(String key, int type) {
    count++;
    text(key).pairs.writeBytes(little(4).putInt(type).array());
    return this;
  }

  private GgufBytes text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    pairs.writeBytes(little(8).putLong(utf8.length).array());
    pairs.writeBytes(utf8);
    return this;
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
