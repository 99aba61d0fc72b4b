package io.myelin.engine.llama;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.sampling.TokenChooser;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

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
   * @param template a chat template in place of the file's: who renders other prompts gets other
   *     numbers, and must not be held to those of the file's
   */
  static String of(String version, String variant, int fileType, Optional<String> template) {
    return "llama.cpp-v%s/cpu-%s/bf16/%s%s%s"
        .formatted(
            version,
            group(variant),
            TokenChooser.NAME,
            template.map(EquivalenceClass::mark).orElse(""),
            exact(fileType) ? "" : "/inexact");
  }

  private static String mark(String template) {
    return template.equals(ChatRenderer.CHATML)
        ? "/chatml"
        : "/template-" + Sha256.hash(template.getBytes(StandardCharsets.UTF_8)).shortHex();
  }

  // Products with float weights take another way for one row than for many.
  private static boolean exact(int fileType) {
    return fileType != F32 && fileType != F16 && fileType != BF16;
  }

  // As measured; a group carries the name of its oldest member.
  private static String group(String variant) {
    return switch (variant) {
      case "haswell", "alderlake", "piledriver" -> "haswell";
      // Those with bfloat16 instructions (cooperlake, zen4, sapphirerapids) sum products of the
      // cache in another order, so each of them stands alone.
      case "skylakex", "cannonlake", "cascadelake", "icelake" -> "skylakex";
      default -> variant;
    };
  }
}
