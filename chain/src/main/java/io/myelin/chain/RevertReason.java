package io.myelin.chain;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** Why a contract reverted. */
public sealed interface RevertReason {
  /** For people. */
  String text();

  /** {@code require(…, "message")} or {@code revert("message")}. */
  record Message(String message) implements RevertReason {
    @Override
    public String text() {
      return message;
    }
  }

  /**
   * A failed assertion of the language itself.
   *
   * @param code Solidity's panic code
   */
  record Panic(BigInteger code) implements RevertReason {
    @Override
    public String text() {
      String meaning =
          switch (code.bitLength() < 31 ? code.intValue() : -1) {
            case 0x01 -> "an assertion failed";
            case 0x11 -> "an arithmetic overflow";
            case 0x12 -> "a division by zero";
            case 0x21 -> "a value outside an enumeration";
            case 0x22 -> "a damaged byte array in storage";
            case 0x31 -> "pop of an empty array";
            case 0x32 -> "an index outside an array";
            case 0x41 -> "too much memory";
            case 0x51 -> "a call of an unset function";
            default -> "an unknown panic";
          };
      return meaning + " (panic 0x" + code.toString(16) + ")";
    }
  }

  /**
   * An error the contract declares.
   *
   * @param name as in the source
   * @param arguments in order, with their names
   */
  record Custom(String name, List<Argument> arguments) implements RevertReason {
    /** Copies. */
    public Custom {
      arguments = List.copyOf(arguments);
    }

    /** The value of a named argument. */
    public Optional<Object> argument(String argument) {
      return arguments.stream()
          .filter(one -> one.name().equals(argument))
          .map(Argument::value)
          .findFirst();
    }

    @Override
    public String text() {
      return name
          + arguments.stream()
              .map(one -> one.name() + "=" + one.value())
              .collect(java.util.stream.Collectors.joining(", ", "(", ")"));
    }
  }

  /**
   * Data that no known error decodes.
   *
   * @param data all of it
   */
  record Unknown(Bytes data) implements RevertReason {
    @Override
    public String text() {
      return data.isEmpty() ? "no reason given" : "an unknown error: " + data;
    }
  }

  /**
   * One argument of an error.
   *
   * @param name as in the source, or its position where the source gives none
   * @param value BigInteger, Boolean, Address, Bytes, String, or a List of these
   */
  record Argument(String name, Object value) {}
}
