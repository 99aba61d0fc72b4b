package io.myelin.registry;

import io.myelin.discovery.Peer;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.RecordFormatException;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.NodeGoodbye;
import io.myelin.v1.NodeDeparture;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Nodes that said that they leave. The network forgets them by itself within a minute; until then
 * nobody is told of them, unless they sign a newer record.
 */
final class Goodbyes {
  /** Anybody can make keys and say goodbye; the oldest is forgotten first. */
  private static final int MOST = 4_096;

  private final Eip712Domain domain;
  private final Map<Address, Long> sequences = new LinkedHashMap<>();

  Goodbyes(Eip712Domain domain) {
    this.domain = domain;
  }

  /**
   * What was signed.
   *
   * @throws IllegalArgumentException when a field is missing or out of range
   */
  static NodeGoodbye read(NodeDeparture message) {
    return new NodeGoodbye(Address.of(message.getOperator().toByteArray()), message.getSequence());
  }

  /** Whether the node itself said so. */
  boolean signed(NodeGoodbye goodbye, NodeDeparture message) {
    Signature signature = Signature.of(message.getSignature().toByteArray());
    return Signers.signedBy(goodbye.operator(), domain.digest(goodbye), signature);
  }

  /** Remembers; whether that was news. */
  synchronized boolean note(NodeGoodbye goodbye) {
    Long before = sequences.get(goodbye.operator());
    if (before != null && before >= goodbye.sequence()) {
      return false;
    }
    sequences.put(goodbye.operator(), goodbye.sequence());
    if (sequences.size() > MOST) {
      sequences.remove(sequences.keySet().iterator().next());
    }
    return true;
  }

  /** Whether this peer has left, as far as its record goes. */
  boolean left(Peer peer) {
    Long sequence;
    synchronized (this) {
      sequence = sequences.get(peer.operator());
    }
    if (sequence == null) {
      return false;
    }
    try {
      return RecordCodec.parse(peer.record()).sequence() <= sequence;
    } catch (RecordFormatException e) {
      throw new IllegalStateException("a believed peer's record: " + e.getMessage(), e);
    }
  }
}
