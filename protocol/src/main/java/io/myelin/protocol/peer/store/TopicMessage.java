package io.myelin.protocol.peer.store;

import io.myelin.protocol.peer.NetworkTag;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.PeerTopic;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.RecordFormatException;
import io.myelin.protocol.peer.SubnetTag;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What nodes say to each other about topics, inside discv5's TALKREQ and TALKRESP under the
 * protocol name {@code myelin}. Each begins with a version and a kind; none is longer than {@link
 * #MAX_BYTES}, so that it fits a packet.
 */
public sealed interface TopicMessage {
  /** Bytes in the longest message. */
  int MAX_BYTES = 1_100;

  /** The name in TALKREQ. */
  String PROTOCOL = "myelin";

  /** I belong under this topic. */
  record Announce(PeerTopic topic, PeerRecord record) implements TopicMessage {}

  /**
   * Whom do you keep under this topic?
   *
   * @param skip how many, in order of node id
   * @param fingerprint of what the asker has already ({@link Fingerprint}); when it is that of the
   *     whole topic, nothing is sent again
   */
  record Ask(PeerTopic topic, int skip, long fingerprint) implements TopicMessage {}

  /** What came of an announcement. */
  record Answer(TopicStore.Outcome outcome) implements TopicMessage {}

  /**
   * Some of whom I keep.
   *
   * @param total how many there are
   * @param fingerprint of all of them
   */
  record Held(int total, long fingerprint, List<PeerRecord> records) implements TopicMessage {
    /** Copies. */
    public Held {
      records = List.copyOf(records);
    }
  }

  /** The bytes. */
  static byte[] encode(TopicMessage message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(1);
    switch (message) {
      case Announce m -> {
        out.write(1);
        writeTopic(out, m.topic());
        writeRecord(out, m.record());
      }
      case Ask m -> {
        out.write(2);
        writeTopic(out, m.topic());
        out.writeBytes(
            ByteBuffer.allocate(10).putShort((short) m.skip()).putLong(m.fingerprint()).array());
      }
      case Answer m -> {
        out.write(3);
        out.write(m.outcome().code());
      }
      case Held m -> {
        out.write(4);
        out.writeBytes(
            ByteBuffer.allocate(10).putShort((short) m.total()).putLong(m.fingerprint()).array());
        out.write(m.records().size());
        m.records().forEach(record -> writeRecord(out, record));
      }
    }
    return out.toByteArray();
  }

  /** How many of the records, from the first, fit into one {@link Held}. */
  static int fitting(List<PeerRecord> records) {
    int bytes = 13;
    for (int i = 0; i < records.size(); i++) {
      bytes += 2 + RecordCodec.bytes(records.get(i)).length;
      if (bytes > MAX_BYTES) {
        return i;
      }
    }
    return records.size();
  }

  /**
   * Reads bytes of a stranger; records in it have their signatures checked.
   *
   * @throws RecordFormatException when they are anything but one message of this version
   */
  static TopicMessage decode(byte[] bytes) throws RecordFormatException {
    if (bytes.length > MAX_BYTES) {
      throw new RecordFormatException(
          "message: " + bytes.length + " bytes (expected: at most " + MAX_BYTES + ")");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      int version = in.get() & 0xff;
      int kind = in.get() & 0xff;
      if (version != 1) {
        throw new RecordFormatException("message: version " + version + " (expected: 1)");
      }
      TopicMessage message =
          switch (kind) {
            case 1 -> new Announce(readTopic(in), readRecord(in));
            case 2 -> new Ask(readTopic(in), in.getShort() & 0xffff, in.getLong());
            case 3 -> new Answer(readOutcome(in));
            case 4 -> readHeld(in);
            default -> throw new RecordFormatException("message: kind " + kind + " (unknown)");
          };
      if (in.hasRemaining()) {
        throw new RecordFormatException("message: " + in.remaining() + " bytes too many");
      }
      return message;
    } catch (BufferUnderflowException e) {
      throw new RecordFormatException("message: cut short at " + bytes.length + " bytes");
    }
  }

  private static void writeTopic(ByteArrayOutputStream out, PeerTopic topic) {
    out.writeBytes(ByteBuffer.allocate(8).putLong(topic.network().value()).array());
    out.write(topic.role().code());
    out.write(topic.subnet().isPresent() ? 1 : 0);
    topic
        .subnet()
        .ifPresent(tag -> out.writeBytes(ByteBuffer.allocate(8).putLong(tag.value()).array()));
  }

  private static PeerTopic readTopic(ByteBuffer in) throws RecordFormatException {
    NetworkTag network = new NetworkTag(in.getLong());
    int code = in.get() & 0xff;
    PeerRole role =
        PeerRole.of(code)
            .orElseThrow(() -> new RecordFormatException("message: role " + code + " (unknown)"));
    int subnets = in.get();
    if (subnets != 0 && subnets != 1) {
      throw new RecordFormatException("message: " + subnets + " subnets (expected: 0 or 1)");
    }
    return new PeerTopic(
        network, role, subnets == 1 ? Optional.of(new SubnetTag(in.getLong())) : Optional.empty());
  }

  private static void writeRecord(ByteArrayOutputStream out, PeerRecord record) {
    byte[] bytes = RecordCodec.bytes(record);
    out.write(bytes.length >> 8);
    out.write(bytes.length);
    out.writeBytes(bytes);
  }

  private static PeerRecord readRecord(ByteBuffer in) throws RecordFormatException {
    int length = in.getShort() & 0xffff;
    if (length > RecordCodec.MAX_BYTES) {
      throw new RecordFormatException("message: a record of " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return RecordCodec.decode(bytes);
  }

  private static TopicStore.Outcome readOutcome(ByteBuffer in) throws RecordFormatException {
    int code = in.get() & 0xff;
    return TopicStore.Outcome.of(code)
        .orElseThrow(() -> new RecordFormatException("message: outcome " + code + " (unknown)"));
  }

  private static Held readHeld(ByteBuffer in) throws RecordFormatException {
    int total = in.getShort() & 0xffff;
    long fingerprint = in.getLong();
    int count = in.get() & 0xff;
    List<PeerRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(readRecord(in));
    }
    return new Held(total, fingerprint, records);
  }
}
