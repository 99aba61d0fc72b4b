package io.myelin.protocol.peer;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a peer says of itself in its record, before it is signed.
 *
 * @param sequence grows with every change; of two records the higher counts
 * @param ip where its UDP socket is reached
 * @param udpPort from 1
 * @param role what it does
 * @param network whose member it is
 * @param subnets that it serves, sorted, at most {@link #MAX_SUBNETS}
 * @param service where it serves; empty for one that only dials out
 * @param protocolVersion of the messages it speaks, 1 to 255
 * @param softwareVersion of its program, at most {@link #MAX_VERSION_LENGTH} printable characters
 * @param signedSeconds when it was signed, in seconds since 1970, below 2^32
 */
public record PeerClaim(
    long sequence,
    IpAddress ip,
    int udpPort,
    PeerRole role,
    NetworkTag network,
    List<SubnetTag> subnets,
    Optional<ServiceAddress> service,
    int protocolVersion,
    String softwareVersion,
    long signedSeconds) {
  /** Subnets in one record. */
  public static final int MAX_SUBNETS = 8;

  /** Characters in a software version. */
  public static final int MAX_VERSION_LENGTH = 20;

  /** The version of records and messages that this code speaks. */
  public static final int PROTOCOL_VERSION = 1;

  /** Validates; sorts the subnets. */
  public PeerClaim {
    subnets = subnets.stream().sorted().distinct().toList();
    if (sequence < 1) {
      throw new IllegalArgumentException("sequence: " + sequence + " (expected: at least 1)");
    }
    if (udpPort < 1 || udpPort > 65_535) {
      throw new IllegalArgumentException("UDP port: " + udpPort + " (expected: 1 to 65535)");
    }
    if (subnets.size() > MAX_SUBNETS) {
      throw new IllegalArgumentException(
          "subnets: " + subnets.size() + " (expected: at most " + MAX_SUBNETS + " in one record)");
    }
    if (protocolVersion < 1 || protocolVersion > 255) {
      throw new IllegalArgumentException(
          "protocol version: " + protocolVersion + " (expected: 1 to 255)");
    }
    if (!softwareVersion.matches("[ -~]{0," + MAX_VERSION_LENGTH + "}")) {
      throw new IllegalArgumentException(
          "software version: "
              + softwareVersion.length()
              + " characters (expected: at most "
              + MAX_VERSION_LENGTH
              + ", printable ASCII)");
    }
    if (signedSeconds < 0 || signedSeconds >= 1L << 32) {
      throw new IllegalArgumentException(
          "signed at: " + signedSeconds + " s (expected: 0 to 2^32 - 1)");
    }
  }

  /** The topics its peer announces itself under: its role, and its role in each subnet. */
  public List<PeerTopic> topics() {
    return Stream.concat(
            Stream.of(new PeerTopic(network, role, Optional.empty())),
            subnets.stream().map(s -> new PeerTopic(network, role, Optional.of(s))))
        .toList();
  }
}
