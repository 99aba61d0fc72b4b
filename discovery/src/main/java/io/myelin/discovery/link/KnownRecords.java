package io.myelin.discovery.link;

import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.RecordFormatException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.ethereum.beacon.discovery.schema.NodeRecord;
import org.ethereum.beacon.discovery.schema.NodeRecordFactory;

/** Records as the library has them and as we have them; each signature is checked once. */
final class KnownRecords {
  private static final int MAX = 8_192;

  private final Map<Bytes, PeerRecord> read = new Recent<>();
  private final Map<String, NodeRecord> written = new Recent<>();

  private static final class Recent<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;

    Recent() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > MAX;
    }
  }

  /** Ours; empty when it is no record of Myelin's. */
  Optional<PeerRecord> ours(NodeRecord record) {
    Bytes bytes = record.serialize();
    synchronized (read) {
      PeerRecord known = read.get(bytes);
      if (known != null) {
        return Optional.of(known);
      }
    }
    try {
      PeerRecord fresh = RecordCodec.decode(bytes.toArray());
      synchronized (read) {
        read.put(bytes, fresh);
      }
      return Optional.of(fresh);
    } catch (RecordFormatException e) {
      return Optional.empty();
    }
  }

  /** The library's. */
  NodeRecord theirs(PeerRecord record) {
    synchronized (written) {
      return written.computeIfAbsent(
          record.text(), text -> NodeRecordFactory.DEFAULT.fromBytes(RecordCodec.bytes(record)));
    }
  }
}
