package io.myelin.client;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * A gateway and the key to use there.
 *
 * @param url base address, without a trailing slash
 * @param apiKey bearer key of a session; empty when none is known
 */
public record Endpoint(URI url, String apiKey) {

  /** Checks the address. */
  public Endpoint {
    url = address(url.toString());
  }

  /** A gateway's address as the user gave it. */
  public static URI address(String text) {
    try {
      URI url = new URI(text);
      boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (http && url.getHost() != null) {
        return url;
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    throw ClientException.wrongInput(
        "gateway address: " + text + " (expected: http://host:port or https://host:port)");
  }

  /** Address of a path that starts with a slash. */
  public URI at(String path) {
    return URI.create(url + path);
  }
}
