package io.myelin.protocol.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.peer.store.TopicMessage;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Records and messages: there and back, and nothing changed on the way is taken. */
final class RecordProperties {
  private static final List<Optional<ServiceAddress>> SERVICES =
      List.of(
          Optional.empty(),
          Optional.of(ServiceAddress.parse("http://1.2.3.4:8080")),
          Optional.of(ServiceAddress.parse("https://gateway.example:8443")));

  @Property(tries = 300)
  void whatIsSignedIsRead(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    OperatorKey key = OperatorKey.generate(random);
    PeerClaim claim = claim(random);
    PeerRecord record = RecordCodec.sign(key, claim);

    PeerRecord read = RecordCodec.parse(record.text());
    assertThat(read).isEqualTo(record);
    assertThat(read.claim()).isEqualTo(claim);
    assertThat(read.operator()).isEqualTo(key.address());
    TopicMessage message = new TopicMessage.Announce(claim.topics().getLast(), record);
    assertThat(TopicMessage.decode(TopicMessage.encode(message))).isEqualTo(message);
  }

  @Property(tries = 500)
  void oneChangedByteIsRefused(
      @ForAll long seed, @ForAll int place, @ForAll @IntRange(min = 1, max = 255) int change) {
    Random random = new Random(seed);
    byte[] bytes = RecordCodec.bytes(RecordCodec.sign(OperatorKey.generate(random), claim(random)));
    bytes[Math.floorMod(place, bytes.length)] ^= (byte) change;
    assertThatThrownBy(() -> RecordCodec.decode(bytes)).isInstanceOf(RecordFormatException.class);
  }

  @Property(tries = 2_000)
  void rubbishIsRefused(@ForAll @Size(max = 400) byte[] bytes) {
    assertThatThrownBy(() -> RecordCodec.decode(bytes)).isInstanceOf(RecordFormatException.class);
  }

  @Property(tries = 500)
  void rubbishUnderARightHeadIsRefusedOrReadBack(
      @ForAll @IntRange(min = 1, max = 4) int kind, @ForAll @Size(max = 200) byte[] rest) {
    byte[] bytes = new byte[rest.length + 2];
    bytes[0] = 1;
    bytes[1] = (byte) kind;
    System.arraycopy(rest, 0, bytes, 2, rest.length);
    try {
      assertThat(TopicMessage.encode(TopicMessage.decode(bytes))).isEqualTo(bytes);
    } catch (RecordFormatException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  static PeerClaim claim(Random random) {
    boolean v4 = random.nextBoolean();
    byte[] ip = new byte[v4 ? 4 : 16];
    random.nextBytes(ip);
    if (v4 && random.nextBoolean()) {
      ip = new byte[] {1, 2, 3, 4};
    }
    return new PeerClaim(
        1 + random.nextLong(Long.MAX_VALUE),
        IpAddress.of(ip),
        1 + random.nextInt(65_535),
        PeerRole.of(1 + random.nextInt(4)).orElseThrow(),
        new NetworkTag(random.nextLong()),
        random.longs(random.nextInt(PeerClaim.MAX_SUBNETS + 1)).mapToObj(SubnetTag::new).toList(),
        SERVICES.get(random.nextInt(SERVICES.size())),
        1 + random.nextInt(255),
        "1.2.3",
        random.nextLong(1L << 32));
  }
}
