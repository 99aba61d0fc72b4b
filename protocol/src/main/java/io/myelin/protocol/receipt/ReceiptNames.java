package io.myelin.protocol.receipt;

import io.myelin.v1.FinishReason;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Enum constants as lowercase words. */
final class ReceiptNames {
  private static final String FINISH_PREFIX = "finish_reason_";

  private ReceiptNames() {}

  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static String of(FinishReason reason) {
    return of((Enum<?>) reason).substring(FINISH_PREFIX.length());
  }

  /** The known reasons; {@code UNRECOGNIZED} is none. */
  static FinishReason[] finishReasons() {
    return Arrays.stream(FinishReason.values())
        .filter(reason -> reason != FinishReason.UNRECOGNIZED)
        .toArray(FinishReason[]::new);
  }

  static <E extends Enum<E>> Optional<E> parse(E[] all, Function<E, String> name, String text) {
    return Arrays.stream(all).filter(constant -> name.apply(constant).equals(text)).findFirst();
  }

  static <E extends Enum<E>> String choices(E[] all, Function<E, String> name) {
    return Arrays.stream(all).map(name).collect(Collectors.joining(", "));
  }
}
