package io.myelin.chain.abi;

import io.myelin.chain.Bytes;
import io.myelin.chain.RevertReason;
import java.math.BigInteger;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Decodes what contracts return with a revert, given the errors their sources declare. */
public final class Reverts {
  /** Knows only what the language itself defines. */
  public static final Reverts LANGUAGE = new Reverts(List.of());

  private static final AbiFunction ERROR =
      new AbiFunction("Error", List.of(new AbiType.Text()), List.of(new AbiType.Text()));
  private static final AbiFunction PANIC =
      new AbiFunction("Panic", List.of(new AbiType.Uint(256)), List.of(new AbiType.Uint(256)));

  private final Map<Bytes, AbiError> bySelector = new HashMap<>();

  /** Knows these errors too; an error of several contracts may be given several times. */
  public Reverts(Collection<AbiError> errors) {
    for (AbiError error : errors) {
      bySelector.put(error.selector(), error);
    }
  }

  /** What the data says; data that is nothing known is kept as it is, never an exception. */
  public RevertReason decode(Bytes data) {
    if (data.size() < Signatures.SELECTOR) {
      return new RevertReason.Unknown(data);
    }
    Bytes selector = data.slice(0, Signatures.SELECTOR);
    Bytes arguments = data.slice(Signatures.SELECTOR, data.size());
    try {
      if (selector.equals(ERROR.selector())) {
        return new RevertReason.Message((String) ERROR.decode(arguments).getFirst());
      }
      if (selector.equals(PANIC.selector())) {
        return new RevertReason.Panic((BigInteger) PANIC.decode(arguments).getFirst());
      }
      AbiError error = bySelector.get(selector);
      return error == null ? new RevertReason.Unknown(data) : error.decode(arguments);
    } catch (AbiException e) {
      // A contract may return anything at all.
      return new RevertReason.Unknown(data);
    }
  }
}
