package io.myelin.cli.chain;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An amount of the network's token, as people write it and as the chain counts it: {@code 12.5},
 * {@code "12.5 MYL"}, {@code 12500000000000000000wei}.
 *
 * @param wei at least 0
 */
public record Amount(BigInteger wei) {
  /** The token's sign in everything that is printed. */
  public static final String SYMBOL = "MYL";

  private static final int DECIMALS = 18;
  private static final int MAX_BITS = 128;
  private static final Pattern WHOLE = Pattern.compile("([0-9]+)\\s*wei", Pattern.CASE_INSENSITIVE);
  private static final Pattern DECIMAL =
      Pattern.compile("([0-9]+(?:\\.[0-9]{1,18})?)\\s*(?:MYL)?", Pattern.CASE_INSENSITIVE);

  /** Checks the range: the contracts count stakes and budgets in 128 bits. */
  public Amount {
    if (wei.signum() < 0 || wei.bitLength() > MAX_BITS) {
      throw new IllegalArgumentException(
          "amount: " + wei + " wei (expected: 0 to 2^" + MAX_BITS + " - 1)");
    }
  }

  /**
   * Reads what a user typed.
   *
   * @throws IllegalArgumentException when it is no amount, or has parts of a wei
   */
  public static Amount parse(String text) {
    String stripped = text.strip();
    Matcher whole = WHOLE.matcher(stripped);
    if (whole.matches()) {
      return new Amount(new BigInteger(whole.group(1)));
    }
    Matcher decimal = DECIMAL.matcher(stripped);
    if (decimal.matches()) {
      return new Amount(
          new BigDecimal(decimal.group(1)).movePointRight(DECIMALS).toBigIntegerExact());
    }
    throw new IllegalArgumentException(
        "amount: \""
            + text
            + "\" (expected: like 12.5, \"12.5 MYL\" with at most 18 decimals, or 1000wei)");
  }

  /** Whether it is nothing. */
  public boolean isZero() {
    return wei.signum() == 0;
  }

  /** For example {@code 12.5 MYL (12500000000000000000 wei)}. */
  public static String show(BigInteger wei) {
    return decimal(wei) + " " + SYMBOL + " (" + wei + " wei)";
  }

  /** The chain's own coin, which pays for gas: {@code 0.5 ether (500000000000000000 wei)}. */
  public static String showEther(BigInteger wei) {
    return decimal(wei) + " ether (" + wei + " wei)";
  }

  /** In whole tokens, every digit that is not zero: {@code 12.5}; may be negative. */
  public static String decimal(BigInteger wei) {
    BigDecimal value = new BigDecimal(wei, DECIMALS).stripTrailingZeros();
    return (value.scale() < 0 ? value.setScale(0) : value).toPlainString();
  }

  @Override
  public String toString() {
    return show(wei);
  }

  /** For options and parameters of commands. */
  public static final class Converter implements ITypeConverter<Amount> {
    @Override
    public Amount convert(String value) {
      try {
        return parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
