package io.myelin.engine.catalogue;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/** A process of its own that fetches one model: folder, URL, SHA-256. */
final class FetchMain {
  private FetchMain() {}

  /** Ends with 0 when the model is there. */
  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    CatalogueFolders folders =
        new CatalogueFolders(folder.resolve("cache"), folder.resolve("config"));
    new ModelStore(folders, Map.of())
        .fetch(
            new ModelEntry(
                "tiny",
                "unknown",
                args[2],
                0,
                512,
                "none",
                new ModelOrigin.Download(URI.create(args[1]))),
            FetchProgress.SILENT);
  }
}
