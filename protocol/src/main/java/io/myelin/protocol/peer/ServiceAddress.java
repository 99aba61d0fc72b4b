package io.myelin.protocol.peer;

import java.util.Optional;

/**
 * Where a peer serves, as its record says: scheme, host and port, and nothing else of a URL.
 *
 * @param scheme {@code http} or {@code https}
 * @param host an IP address without brackets, or a DNS name in lower case
 * @param port from 1
 */
public record ServiceAddress(String scheme, String host, int port) {
  /** Characters in the longest text form. */
  public static final int MAX_LENGTH = 120;

  private static final String NAME =
      "(?=.{1,100}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*";

  /** Validates. */
  public ServiceAddress {
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException("scheme: " + scheme + " (expected: http or https)");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
    }
    // A name of digits only, at its end, is what resolvers take as an address in another notation.
    boolean name = host.matches(NAME) && !host.matches("(.*\\.)?(0x[0-9a-f]*|[0-9]+)");
    if (!name && IpAddress.parse(host).isEmpty()) {
      throw new IllegalArgumentException(
          "host: "
              + host
              + " (expected: an IP address, or a DNS name of at most 100 characters in lower case)");
    }
  }

  /**
   * From {@code scheme://host:port}, the port left out where it is the scheme's own.
   *
   * @throws IllegalArgumentException for anything else: user, path, query, fragment, other schemes
   */
  public static ServiceAddress parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "service address: "
              + text.length()
              + " characters (expected: at most "
              + MAX_LENGTH
              + ")");
    }
    int mark = text.indexOf("://");
    if (mark < 0) {
      throw malformed(text);
    }
    String scheme = text.substring(0, mark);
    String rest = text.substring(mark + 3);
    if (rest.endsWith("/")) {
      rest = rest.substring(0, rest.length() - 1);
    }
    int colon = rest.lastIndexOf(':');
    boolean bracketed = rest.startsWith("[");
    if (bracketed && colon < rest.indexOf(']')) {
      colon = -1;
    }
    String host = colon < 0 ? rest : rest.substring(0, colon);
    String port = colon < 0 ? (scheme.equals("https") ? "443" : "80") : rest.substring(colon + 1);
    if (bracketed) {
      if (!host.endsWith("]")) {
        throw malformed(text);
      }
      host = host.substring(1, host.length() - 1);
    }
    if (!port.matches("[1-9][0-9]{0,4}") || bracketed != host.contains(":")) {
      throw malformed(text);
    }
    return new ServiceAddress(scheme, host, Integer.parseInt(port));
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "service address: " + text + " (expected: http://host:port or https://host:port)");
  }

  /** The host as an address, where it is no name. */
  public Optional<IpAddress> ip() {
    return IpAddress.parse(host);
  }

  /** {@code scheme://host:port}. */
  @Override
  public String toString() {
    return scheme + "://" + ip().map(IpAddress::inUrl).orElse(host) + ":" + port;
  }
}
