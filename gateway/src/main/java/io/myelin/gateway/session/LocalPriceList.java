package io.myelin.gateway.session;

import java.math.BigInteger;
import java.util.Map;

/**
 * Prices from this gateway's own configuration. No subnet has agreed to them: the subnet's list on
 * chain takes this place.
 */
public final class LocalPriceList implements PriceList {
  /** Used where nothing is configured: 1 gwei per prompt token, 3 gwei per output token. */
  public static final Price DEFAULT =
      new Price(BigInteger.valueOf(1_000_000_000L), BigInteger.valueOf(3_000_000_000L));

  private final Price fallback;
  private final Map<String, Price> perModel;

  /** With a price for every model not named in {@code perModel}. */
  public LocalPriceList(Price fallback, Map<String, Price> perModel) {
    this.fallback = fallback;
    this.perModel = Map.copyOf(perModel);
  }

  /** The same default price for every model. */
  public static LocalPriceList defaults() {
    return new LocalPriceList(DEFAULT, Map.of());
  }

  @Override
  public Price price(String model) {
    return perModel.getOrDefault(model, fallback);
  }
}
