package io.myelin.cli.doctor;

import io.myelin.cli.node.EngineSource;
import io.myelin.cli.node.KeyFile;
import io.myelin.client.ClientException;
import io.myelin.engine.EngineException;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.engine.catalogue.ModelEntry;
import io.myelin.engine.catalogue.ModelOrigin;
import io.myelin.engine.local.ModelEngines;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What can be seen without the gateway. */
final class MachineChecks {
  private static final int JDK = 25;
  private static final int SLOTS_PER_CORE = 4;
  private static final long MEBIBYTE = 1 << 20;

  private MachineChecks() {}

  /** Everything but the key. */
  static List<Finding> of(List<String> modelIds, int slots) {
    List<Finding> findings = new ArrayList<>();
    findings.add(jdk(Runtime.version().feature()));
    ModelCatalogue catalogue = ModelCatalogue.ofThisUser();
    List<ModelEntry> known = new ArrayList<>();
    if (modelIds.isEmpty()) {
      known.addAll(ModelCatalogue.DEFAULT_MODELS);
    }
    for (String id : modelIds) {
      catalogue
          .find(id)
          .ifPresentOrElse(
              known::add,
              () ->
                  findings.add(
                      Finding.failed(
                          "model",
                          id + " is not in the catalogue",
                          "./myelin model list shows what is; ./myelin model add adds a file")));
    }
    if (known.stream().anyMatch(entry -> entry.format() == ModelEntry.Format.GGUF)) {
      findings.add(nativeLibrary());
    }
    long weights = 0;
    for (ModelEntry entry : known) {
      if (entry.origin() instanceof ModelOrigin.Upstream upstream) {
        findings.add(
            Finding.note(
                "model", entry.id() + " runs at " + upstream.baseUrl(), "is that server up?"));
      } else {
        findings.add(model(catalogue, entry));
        weights += entry.sizeBytes();
      }
    }
    if (weights > 0) {
      findings.add(memory(totalMemory(), ModelEngines.availableMemory(), weights));
    }
    findings.add(cores(Runtime.getRuntime().availableProcessors(), slots));
    return findings;
  }

  static Finding jdk(int version) {
    return version == JDK
        ? Finding.ok("jdk", "version " + version)
        : Finding.failed(
            "jdk", "version " + version, "install a JDK " + JDK + ", or point JAVA_HOME at one");
  }

  private static Finding nativeLibrary() {
    try {
      return Finding.ok("llama.cpp", ModelEngines.nativeLibrary(EngineSource.root()).toString());
    } catch (EngineException e) {
      return Finding.failed(
          "llama.cpp", String.valueOf(e.getMessage()), "npm ci in Myelin's folder fetches it");
    }
  }

  private static Finding model(ModelCatalogue catalogue, ModelEntry entry) {
    try {
      return catalogue
          .store()
          .present(entry)
          .map(file -> Finding.ok("model", entry.id() + ", its SHA-256 is right: " + file))
          .orElseGet(
              () ->
                  Finding.failed(
                      "model",
                      entry.id() + " is not on this machine",
                      "./myelin model pull " + entry.id()));
    } catch (EngineException e) {
      return Finding.failed(
          "model", String.valueOf(e.getMessage()), "./myelin model pull " + entry.id());
    }
  }

  /** A node that runs already has taken its share, so only the total can be too little. */
  static Finding memory(long total, OptionalLong available, long weights) {
    String detail =
        "%d MiB in all, %s free; the weights are %d MiB"
            .formatted(
                total / MEBIBYTE,
                available.isPresent() ? available.getAsLong() / MEBIBYTE + " MiB" : "unknown",
                weights / MEBIBYTE);
    if (total < weights) {
      return Finding.failed("memory", detail, "serve a smaller model, or on a larger machine");
    }
    return available.isPresent() && available.getAsLong() < weights
        ? Finding.note("memory", detail, "too little for another node beside what runs here")
        : Finding.ok("memory", detail);
  }

  static Finding cores(int cores, int slots) {
    String detail = "%d cores for %d slots".formatted(cores, slots);
    return slots > cores * SLOTS_PER_CORE
        ? Finding.note("cores", detail, "tasks share the cores: fewer --slots make each faster")
        : Finding.ok("cores", detail);
  }

  /** Whether the key is there, whole, and nobody else's. */
  static Finding key(Path file) {
    if (!Files.exists(file)) {
      return Finding.note(
          "key", "none at " + file, "made at the node's first start; --key names another");
    }
    try {
      return Finding.ok("key", KeyFile.read(file).address() + ", mode 600: " + file);
    } catch (ClientException e) {
      return Finding.failed("key", String.valueOf(e.getMessage()), "chmod 600 " + file);
    }
  }

  private static long totalMemory() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Long.MAX_VALUE;
  }
}
