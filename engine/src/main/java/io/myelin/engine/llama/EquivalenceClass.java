package io.myelin.engine.llama;

/** Names for groups of CPU variants whose log-probabilities agree bit for bit. */
final class EquivalenceClass {
  private EquivalenceClass() {}

  /**
   * The class of a variant with this engine's settings (BF16 cache, no repacked weights).
   *
   * @param variant as in the library's file name
   */
  static String of(String version, String variant) {
    return "llama.cpp-v%s/cpu-%s/bf16".formatted(version, group(variant));
  }

  // As measured; a group carries the name of its oldest member.
  private static String group(String variant) {
    return switch (variant) {
      case "haswell", "alderlake", "piledriver" -> "haswell";
      case "skylakex",
          "cannonlake",
          "cascadelake",
          "icelake",
          "cooperlake",
          "zen4",
          "sapphirerapids" ->
          "skylakex";
      default -> variant;
    };
  }
}
