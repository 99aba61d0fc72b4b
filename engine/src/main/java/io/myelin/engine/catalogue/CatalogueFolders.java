package io.myelin.engine.catalogue;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where the catalogue keeps its things.
 *
 * @param cache model files and what is known about them; may be deleted at any time
 * @param config the owner's own entries
 */
public record CatalogueFolders(Path cache, Path config) {

  /** Makes both absolute. */
  public CatalogueFolders {
    cache = cache.toAbsolutePath();
    config = config.toAbsolutePath();
  }

  /**
   * The usual folders of a user: {@code $XDG_CACHE_HOME} or {@code ~/.cache}, and {@code
   * $XDG_CONFIG_HOME} or {@code ~/.config}, each with {@code /myelin}.
   */
  public static CatalogueFolders ofUser(Map<String, String> environment, Path home) {
    return new CatalogueFolders(
        folder(environment.getOrDefault("XDG_CACHE_HOME", ""), home.resolve(".cache")),
        folder(environment.getOrDefault("XDG_CONFIG_HOME", ""), home.resolve(".config")));
  }

  /** {@link #ofUser} of the running process. */
  public static CatalogueFolders ofThisUser() {
    return ofUser(System.getenv(), Path.of(System.getProperty("user.home", ".")));
  }

  // The XDG specification: a relative path in the variable is to be ignored.
  private static Path folder(String variable, Path otherwise) {
    boolean usable = !variable.isEmpty() && Path.of(variable).isAbsolute();
    return (usable ? Path.of(variable) : otherwise).resolve("myelin");
  }

  /** Native libraries that jars carry. */
  public Path libraries() {
    return cache.resolve("libraries");
  }

  Path models() {
    return cache.resolve("models");
  }

  Path catalogueFile() {
    return config.resolve("models.json");
  }
}
