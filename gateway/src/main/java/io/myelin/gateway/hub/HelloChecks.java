package io.myelin.gateway.hub;

import io.myelin.v1.Hello;
import io.myelin.v1.ServedModel;
import java.util.HashSet;
import java.util.Set;

/** Whether a Hello makes sense, before anything is signed over it. */
final class HelloChecks {
  private static final int MAX_MODELS = 64;
  private static final int MAX_HELD = 10_000;
  private static final int MAX_ID = 256;
  private static final int MAX_SLOTS = 1 << 16;

  private HelloChecks() {}

  /**
   * Checks ranges.
   *
   * @throws IllegalArgumentException with the value and what was expected
   */
  static void check(Hello hello) {
    if (hello.getSlots() < 1 || hello.getSlots() > MAX_SLOTS) {
      throw new IllegalArgumentException(
          "slots: %s (expected: 1..%d)"
              .formatted(Integer.toUnsignedString(hello.getSlots()), MAX_SLOTS));
    }
    if (hello.getModelsCount() < 1 || hello.getModelsCount() > MAX_MODELS) {
      throw new IllegalArgumentException(
          "models: %d (expected: 1..%d)".formatted(hello.getModelsCount(), MAX_MODELS));
    }
    if (hello.getHeldCount() > MAX_HELD) {
      throw new IllegalArgumentException(
          "held: %d tasks (expected: <= %d)".formatted(hello.getHeldCount(), MAX_HELD));
    }
    Set<String> ids = new HashSet<>();
    for (ServedModel model : hello.getModelsList()) {
      if (model.getId().isEmpty() || model.getId().length() > MAX_ID || !ids.add(model.getId())) {
        throw new IllegalArgumentException(
            "model id: \"%s\" (expected: unique, 1..%d characters)"
                .formatted(shown(model.getId()), MAX_ID));
      }
      if (model.getWeightsDigest().size() != 32) {
        throw new IllegalArgumentException(
            "weights_digest of %s: %d bytes (expected: 32)"
                .formatted(model.getId(), model.getWeightsDigest().size()));
      }
      if (model.getContextLength() < 1) {
        throw new IllegalArgumentException(
            "context_length of %s: %s (expected: 1..2147483647)"
                .formatted(model.getId(), Integer.toUnsignedString(model.getContextLength())));
      }
    }
  }

  private static String shown(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
