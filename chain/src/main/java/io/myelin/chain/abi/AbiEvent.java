package io.myelin.chain.abi;

import io.myelin.chain.Bytes;
import io.myelin.chain.EventLog;
import io.myelin.protocol.ids.Digest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** An event of a contract. */
public final class AbiEvent {
  private final String name;
  private final List<AbiParameter> parameters;
  private final List<AbiType> inData;
  private final Digest topic;
  private final int indexed;

  /** From its parts; anonymous events have none of this and are not supported. */
  public AbiEvent(String name, List<AbiParameter> parameters) {
    this.name = name;
    this.parameters = List.copyOf(parameters);
    this.inData =
        this.parameters.stream().filter(one -> !one.indexed()).map(AbiParameter::type).toList();
    this.indexed = this.parameters.size() - inData.size();
    this.topic =
        Signatures.hash(
            Signatures.of(name, this.parameters.stream().map(AbiParameter::type).toList()));
  }

  /** As in the source. */
  public String name() {
    return name;
  }

  /** Hash of its signature: the first topic of each of its logs. */
  public Digest topic() {
    return topic;
  }

  /** Whether a log is one of this event. */
  public boolean matches(EventLog log) {
    return log.topics().size() == indexed + 1 && log.topics().getFirst().equals(topic);
  }

  /**
   * The arguments in the order of the source. An indexed argument that is no single word (a text,
   * an array) is only there as its hash, and comes as 32 bytes.
   *
   * @throws AbiException when the log is none of this event
   */
  public List<Object> decode(EventLog log) {
    if (!matches(log)) {
      throw new AbiException(this + ": a log with topics " + log.topics());
    }
    Iterator<Object> data = AbiCodec.decode(inData, log.data()).iterator();
    List<Object> values = new ArrayList<>(parameters.size());
    int next = 1;
    for (AbiParameter parameter : parameters) {
      if (parameter.indexed()) {
        Bytes word = Bytes.of(log.topics().get(next++).bytes());
        values.add(AbiCodec.decode(List.of(topicType(parameter.type())), word).getFirst());
      } else {
        values.add(data.next());
      }
    }
    return values;
  }

  /** What stands in a topic for a type: itself, or the hash of what is longer than a word. */
  public static AbiType topicType(AbiType type) {
    return switch (type) {
      case AbiType.Uint _, AbiType.Int _, AbiType.Account _, AbiType.Bool _, AbiType.FixedBytes _ ->
          type;
      case AbiType.ByteString _,
          AbiType.Text _,
          AbiType.Sequence _,
          AbiType.FixedSequence _,
          AbiType.Tuple _ ->
          new AbiType.FixedBytes(AbiCodec.WORD);
    };
  }

  /** Its canonical signature. */
  @Override
  public String toString() {
    return Signatures.of(name, parameters.stream().map(AbiParameter::type).toList());
  }
}
