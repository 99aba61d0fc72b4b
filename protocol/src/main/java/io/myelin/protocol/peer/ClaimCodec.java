package io.myelin.protocol.peer;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The value under the key {@code myelin}: {@code form(1) role network(8) signedSeconds(4)
 * protocolVersion subnetCount subnet(8)… versionLength version serviceForm service}. The service is
 * nothing (0), a port at the record's own address over http (1), or text with its length (2).
 */
final class ClaimCodec {
  private static final int FORM = 1;
  private static final int NO_SERVICE = 0;
  private static final int OWN_ADDRESS = 1;
  private static final int TEXT = 2;

  private ClaimCodec() {}

  static byte[] encode(PeerClaim claim) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(FORM);
    out.write(claim.role().code());
    out.writeBytes(ByteBuffer.allocate(8).putLong(claim.network().value()).array());
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) claim.signedSeconds()).array());
    out.write(claim.protocolVersion());
    out.write(claim.subnets().size());
    for (SubnetTag tag : claim.subnets()) {
      out.writeBytes(ByteBuffer.allocate(8).putLong(tag.value()).array());
    }
    writeText(out, claim.softwareVersion());
    ServiceAddress service = claim.service().orElse(null);
    if (service == null) {
      out.write(NO_SERVICE);
    } else if (isOwnAddress(service, claim.ip())) {
      out.write(OWN_ADDRESS);
      out.write(service.port() >> 8);
      out.write(service.port());
    } else {
      out.write(TEXT);
      writeText(out, service.toString());
    }
    return out.toByteArray();
  }

  private static boolean isOwnAddress(ServiceAddress service, IpAddress ip) {
    return service.scheme().equals("http") && service.ip().filter(ip::equals).isPresent();
  }

  private static void writeText(ByteArrayOutputStream out, String text) {
    out.write(text.length());
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  static PeerClaim decode(long sequence, Map<String, byte[]> pairs, byte[] value)
      throws RecordFormatException {
    boolean v4 = pairs.containsKey("ip");
    byte[] ipBytes = RecordCodec.needed(pairs, v4 ? "ip" : "ip6");
    int udpPort = (int) Rlp.number(RecordCodec.needed(pairs, v4 ? "udp" : "udp6"), 2, "UDP port");
    if (ipBytes.length != (v4 ? 4 : 16)) {
      throw new RecordFormatException("record: an address of " + ipBytes.length + " bytes");
    }
    IpAddress ip = IpAddress.of(ipBytes);
    ByteBuffer in = ByteBuffer.wrap(value);
    try {
      PeerClaim claim = read(sequence, ip, udpPort, in);
      if (in.hasRemaining()) {
        throw new RecordFormatException("record: " + in.remaining() + " bytes too many in it");
      }
      return claim;
    } catch (BufferUnderflowException e) {
      throw new RecordFormatException("record: its part of Myelin's is cut short");
    } catch (IllegalArgumentException e) {
      throw new RecordFormatException("record: " + e.getMessage());
    }
  }

  private static PeerClaim read(long sequence, IpAddress ip, int udpPort, ByteBuffer in)
      throws RecordFormatException {
    int form = in.get() & 0xff;
    if (form != FORM) {
      throw new RecordFormatException("record: form " + form + " (expected: " + FORM + ")");
    }
    int code = in.get() & 0xff;
    PeerRole role =
        PeerRole.of(code)
            .orElseThrow(() -> new RecordFormatException("record: role " + code + " (unknown)"));
    NetworkTag network = new NetworkTag(in.getLong());
    long signedSeconds = in.getInt() & 0xffff_ffffL;
    int protocolVersion = in.get() & 0xff;
    int count = in.get() & 0xff;
    if (count > PeerClaim.MAX_SUBNETS) {
      throw new RecordFormatException("record: " + count + " subnets");
    }
    List<SubnetTag> subnets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SubnetTag tag = new SubnetTag(in.getLong());
      if (!subnets.isEmpty() && subnets.getLast().compareTo(tag) >= 0) {
        throw new RecordFormatException("record: subnets out of order, or one twice");
      }
      subnets.add(tag);
    }
    String softwareVersion = readText(in);
    return new PeerClaim(
        sequence,
        ip,
        udpPort,
        role,
        network,
        subnets,
        readService(in, ip),
        protocolVersion,
        softwareVersion,
        signedSeconds);
  }

  private static Optional<ServiceAddress> readService(ByteBuffer in, IpAddress ip)
      throws RecordFormatException {
    int form = in.get() & 0xff;
    return switch (form) {
      case NO_SERVICE -> Optional.empty();
      case OWN_ADDRESS ->
          Optional.of(new ServiceAddress("http", ip.toString(), in.getShort() & 0xffff));
      case TEXT -> Optional.of(ServiceAddress.parse(readText(in)));
      default -> throw new RecordFormatException("record: a service of form " + form);
    };
  }

  private static String readText(ByteBuffer in) {
    byte[] text = new byte[Math.min(in.get() & 0xff, in.remaining() + 1)];
    in.get(text);
    return new String(text, StandardCharsets.ISO_8859_1);
  }
}
