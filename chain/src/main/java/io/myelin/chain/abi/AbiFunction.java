package io.myelin.chain.abi;

import io.myelin.chain.Bytes;
import java.util.List;

/** A function of a contract, or its constructor. */
public final class AbiFunction {
  private final String name;
  private final List<AbiType> inputs;
  private final List<AbiType> outputs;
  private final Bytes selector;

  /** From its parts. */
  public AbiFunction(String name, List<AbiType> inputs, List<AbiType> outputs) {
    this.name = name;
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    this.selector = Signatures.selector(Signatures.of(name, inputs));
  }

  /** As in the source. */
  public String name() {
    return name;
  }

  /** The first four bytes of the hash of its signature. */
  public Bytes selector() {
    return selector;
  }

  /** Selector and arguments: what a transaction carries. */
  public Bytes encode(List<?> arguments) {
    return selector.concat(AbiCodec.encode(inputs, arguments));
  }

  /** Arguments alone, as they stand behind creation code. */
  public Bytes encodeArguments(List<?> arguments) {
    return AbiCodec.encode(inputs, arguments);
  }

  /**
   * What it returned.
   *
   * @throws AbiException when the data is not that; empty data means that no contract is there
   */
  public List<Object> decode(Bytes returned) {
    if (returned.isEmpty() && !outputs.isEmpty()) {
      throw new AbiException(
          this + " returned nothing: there is no such contract at this address on this chain");
    }
    return AbiCodec.decode(outputs, returned);
  }

  /** Its canonical signature. */
  @Override
  public String toString() {
    return Signatures.of(name, inputs);
  }
}
