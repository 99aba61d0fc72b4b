package io.myelin.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.cli.CommandException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

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

  /**
   * From what the user gave; what is missing comes from {@code MYELIN_GATEWAY} and {@code
   * MYELIN_API_KEY}, then from the running devnet.
   */
  public static Endpoint find(@Nullable String url, @Nullable String key, Path devnetData) {
    String chosenUrl = url != null ? url : System.getenv("MYELIN_GATEWAY");
    String chosenKey = key != null ? key : System.getenv("MYELIN_API_KEY");
    if (chosenUrl == null || chosenKey == null) {
      Path file = devnetData.resolve("devnet.json");
      if (Files.isReadable(file)) {
        JsonNode devnet = readDevnet(file);
        String devnetUrl = devnet.path("gateways").path(0).path("url").asText("");
        // The devnet's key is for the devnet: it goes to no other address.
        if (chosenUrl == null || stripped(chosenUrl).equals(stripped(devnetUrl))) {
          chosenUrl = devnetUrl;
          chosenKey =
              chosenKey != null ? chosenKey : devnet.path("client").path("apiKey").asText("");
        }
      } else if (chosenUrl == null) {
        throw new CommandException(
            "no gateway known: start one with ./myelin devnet, or give --gateway and --key (looked for "
                + file
                + ")");
      }
    }
    return new Endpoint(address(stripped(chosenUrl)), chosenKey == null ? "" : chosenKey);
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
    throw CommandException.usage(
        "gateway address: " + text + " (expected: http://host:port or https://host:port)");
  }

  /** Address of a path that starts with a slash. */
  public URI at(String path) {
    return URI.create(url + path);
  }

  private static String stripped(String url) {
    String text = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    return text.endsWith("/v1") ? text.substring(0, text.length() - 3) : text;
  }

  /**
   * What a devnet wrote about itself.
   *
   * @throws CommandException when it is not JSON
   */
  public static JsonNode readDevnet(Path file) {
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new CommandException(
          file + " is not readable as JSON: start the devnet again (" + e.getMessage() + ")", e);
    }
  }
}
