package io.myelin.cli.subnet;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.subnet.ListedModel;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A model with its price, as people type it: {@code smollm2-135m-instruct=1/3}, in gwei (10⁻⁹ of a
 * token of the network) for a token of the prompt and for one of the answer.
 *
 * @param inputWei for a token of the prompt
 * @param outputWei for a token of the answer
 */
record PricedModel(String model, BigInteger inputWei, BigInteger outputWei) {
  private static final int GWEI_DIGITS = 9;
  private static final String NUMBER = "([0-9]{1,12}(?:\\.[0-9]{1,9})?)";
  private static final Pattern FORM = Pattern.compile("(.+)=" + NUMBER + "/" + NUMBER);

  /**
   * Reads what a user typed.
   *
   * @throws IllegalArgumentException when it has another form
   */
  static PricedModel parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\""
              + text
              + "\" (expected: ID=IN/OUT with prices in gwei a token, like"
              + " smollm2-135m-instruct=1/3 or qwen=0.5/1.25)");
    }
    return new PricedModel(matcher.group(1), wei(matcher.group(2)), wei(matcher.group(3)));
  }

  private static BigInteger wei(String gwei) {
    return new BigDecimal(gwei).movePointRight(GWEI_DIGITS).toBigIntegerExact();
  }

  /** A price in gwei, every digit that is not zero. */
  static String gwei(BigInteger wei) {
    BigDecimal value = new BigDecimal(wei, GWEI_DIGITS).stripTrailingZeros();
    return (value.scale() < 0 ? value.setScale(0) : value).toPlainString();
  }

  /** Both prices, as they are typed. */
  String price() {
    return gwei(inputWei) + "/" + gwei(outputWei);
  }

  /** To be listed with these weights. */
  ListedModel with(Digest weightsDigest) {
    return new ListedModel(model, weightsDigest, inputWei, outputWei);
  }

  /** For options of commands. */
  static final class Converter implements ITypeConverter<PricedModel> {
    @Override
    public PricedModel convert(String value) {
      try {
        return parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
