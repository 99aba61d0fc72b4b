package io.myelin.chain.abi;

import io.myelin.chain.Bytes;
import io.myelin.chain.RevertReason;
import java.util.ArrayList;
import java.util.List;

/** An error a contract declares. */
public final class AbiError {
  private final String name;
  private final List<AbiParameter> parameters;
  private final List<AbiType> types;
  private final Bytes selector;

  /** From its parts. */
  public AbiError(String name, List<AbiParameter> parameters) {
    this.name = name;
    this.parameters = List.copyOf(parameters);
    this.types = this.parameters.stream().map(AbiParameter::type).toList();
    this.selector = Signatures.selector(Signatures.of(name, types));
  }

  /** As in the source. */
  public String name() {
    return name;
  }

  /** The first four bytes of what a contract returns with it. */
  public Bytes selector() {
    return selector;
  }

  /** Whether a revert was this error. */
  public boolean matches(RevertReason reason) {
    return reason instanceof RevertReason.Custom custom && custom.name().equals(name);
  }

  /** Selector and arguments, as a contract returns them. */
  public Bytes encode(List<?> arguments) {
    return selector.concat(AbiCodec.encode(types, arguments));
  }

  /**
   * Its arguments by name.
   *
   * @param arguments what stands behind the selector
   * @throws AbiException when they are not its
   */
  RevertReason.Custom decode(Bytes arguments) {
    List<Object> values = AbiCodec.decode(types, arguments);
    List<RevertReason.Argument> named = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      named.add(new RevertReason.Argument(parameters.get(i).name(), values.get(i)));
    }
    return new RevertReason.Custom(name, named);
  }

  /** Its canonical signature. */
  @Override
  public String toString() {
    return Signatures.of(name, types);
  }
}
