package io.myelin.chain.local;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Finds the Anvil program. */
final class AnvilBinary {
  /** Names the program; overrides the search. */
  static final String ENVIRONMENT = "MYELIN_ANVIL";

  private AnvilBinary() {}

  /**
   * From the environment, else from the npm package below a root, else from the PATH.
   *
   * @throws LocalChainException when it is nowhere
   */
  static Path find(Path root) {
    return find(root, System.getenv(ENVIRONMENT), System.getenv("PATH"));
  }

  static Path find(
      Path root,
      @org.jspecify.annotations.Nullable String configured,
      @org.jspecify.annotations.Nullable String path) {
    if (configured != null) {
      Path binary = Path.of(configured);
      if (!Files.isExecutable(binary)) {
        throw new LocalChainException(
            ENVIRONMENT + "=" + configured + " is no program (expected: the path of anvil)");
      }
      return binary;
    }
    List<Path> places = new ArrayList<>();
    places.add(root.resolve("node_modules/@foundry-rs/anvil-" + platform() + "/bin/anvil"));
    for (String folder : path == null ? new String[0] : path.split(File.pathSeparator)) {
      if (!folder.isBlank()) {
        places.add(Path.of(folder, "anvil"));
      }
    }
    return places.stream()
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new LocalChainException(
                    "Anvil, the local chain, is missing: not at "
                        + places.getFirst()
                        + " and not on the PATH. Run `npm ci` in "
                        + root
                        + ", or install Foundry, or set "
                        + ENVIRONMENT
                        + " to the program."));
  }

  static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String cpu = arch.equals("aarch64") || arch.equals("arm64") ? "arm64" : "amd64";
    return (os.contains("mac") ? "darwin-" : "linux-") + cpu;
  }
}
