package io.myelin.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.cli.CommandException;
import io.myelin.client.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The gateway that a user means without finding one: named, in the environment, or the devnet's.
 */
public final class KnownGateway {
  private KnownGateway() {}

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
    return new Endpoint(Endpoint.address(stripped(chosenUrl)), chosenKey == null ? "" : chosenKey);
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
