package io.myelin.protocol.peer;

/**
 * A service address whose name was resolved once and whose address was checked. Connect to {@link
 * #pinned}, never to the name again: it could have changed since.
 *
 * @param service what the record says; its host is the name for {@code Host} and TLS
 * @param ip the address that was checked
 */
public record PeerEndpoint(ServiceAddress service, IpAddress ip) {
  /** {@code scheme://ip:port}: what to connect to. */
  public String pinned() {
    return service.scheme() + "://" + ip.inUrl() + ":" + service.port();
  }
}
