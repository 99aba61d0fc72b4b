package io.myelin.engine.llama;

/** Names for groups of CPU variants whose log-probabilities agree bit for bit. */
final class EquivalenceClass {
  private static final int F32 = 0;
  private static final int F16 = 1;
  private static final int BF16 = 32;

  private EquivalenceClass() {}

  /**
   * The class of a variant with this engine's settings (BF16 cache, no repacked weights). Weights
   * under which not even one engine agrees with itself are marked {@code inexact}.
   *
   * @param fileType llama.cpp's number for how the weights are stored
   * @param variant as in the library's file name
   */
  static String of(String version, String variant, int fileType) {
    return "llama.cpp-v%s/cpu-%s/bf16%s"
        .formatted(version, group(variant), exact(fileType) ? "" : "/inexact");
  }

  // Products with float weights take another way for one row than for many.
  private static boolean exact(int fileType) {
    return fileType != F32 && fileType != F16 && fileType != BF16;
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
