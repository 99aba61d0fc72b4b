package io.myelin.engine.onnx;

import ai.onnxruntime.OrtEnvironment;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.catalogue.BundledFile;
import io.myelin.engine.catalogue.FetchProgress;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * ONNX Runtime's native libraries, out of its jar and into a folder that outlives the process: its
 * own way is a fresh copy for every start, which stays behind when a worker is killed.
 */
public final class OnnxLibraries {
  private OnnxLibraries() {}

  /**
   * Unpacks what is not there yet.
   *
   * @param cache folder that may be deleted at any time
   * @return the folder that holds the libraries of this platform and version
   * @throws EngineException INTERNAL when there is none for this platform, or it cannot be written
   */
  public static Path unpack(Path cache) {
    String platform = platform();
    Path folder = cache.resolve("onnxruntime-" + version() + "-" + platform);
    for (String name : List.of("onnxruntime", "onnxruntime4j_jni")) {
      String file = System.mapLibraryName(name);
      String resource = "ai/onnxruntime/native/" + platform + "/" + file;
      try {
        BundledFile.unpack(resource, folder.resolve(file), FetchProgress.SILENT);
      } catch (IOException e) {
        throw new EngineException(
            Kind.INTERNAL, "ONNX Runtime for " + platform + ": " + e.getMessage(), e);
      }
    }
    try {
      Files.createDirectories(temporary(folder));
    } catch (IOException e) {
      throw new EngineException(Kind.INTERNAL, "cannot make " + temporary(folder) + ": " + e, e);
    }
    return folder;
  }

  /**
   * Temporary folder for processes that use the libraries: ONNX Runtime makes an empty folder at
   * each start, which nobody deletes when a worker is killed.
   */
  public static Path temporary(Path libraries) {
    return libraries.resolve("tmp");
  }

  /** Deletes the empty folders of this process and of those that were killed. */
  static void sweep(Path libraries) {
    try (DirectoryStream<Path> folders =
        Files.newDirectoryStream(temporary(libraries), "onnxruntime-java*")) {
      for (Path folder : folders) {
        Files.deleteIfExists(folder);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // What is left is empty, and the next start sweeps again.
    }
  }

  /** Version of the jar on the class path; {@code unknown} when it does not say. */
  static String version() {
    String version = OrtEnvironment.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }

  /** As the jar names it, for example {@code linux-x64}. */
  static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "");
    return (os.startsWith("mac") ? "osx" : os.startsWith("windows") ? "win" : os)
        + "-"
        + (arch.equals("amd64") || arch.equals("x86_64") ? "x64" : arch);
  }
}
