package io.myelin.gateway.openai;

import io.myelin.gateway.http.ApiError;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * One parameter of a request: how it is read and what the documentation says of it, from one place.
 *
 * @param <D> the draft it is read into
 * @param type in words
 * @param range in words; empty when there is none
 * @param standard what holds when it is absent; empty when nothing does
 * @param meaning what happens, for a person
 * @param members the tables of the objects inside, for the documentation
 */
record Parameter<D>(
    String name,
    String type,
    String range,
    String standard,
    boolean required,
    Effect effect,
    String meaning,
    List<ParameterTable<?>> members,
    Reader<D> reader) {

  /** Reads a value that is there and not null. */
  interface Reader<D> {
    void read(Value value, D draft) throws ApiError;
  }

  /** Takes a number. */
  interface NumberSetter<D> {
    void set(D draft, double value);
  }

  /** Takes an integer. */
  interface IntegerSetter<D> {
    void set(D draft, long value);
  }

  static <D> Parameter<D> number(
      String name, double min, double max, String standard, String meaning, NumberSetter<D> set) {
    return of(
        name,
        "number",
        Value.plain(min) + " to " + Value.plain(max),
        standard,
        Effect.HONOURED,
        meaning,
        (value, draft) -> set.set(draft, value.number(min, max)));
  }

  static <D> Parameter<D> integer(
      String name, long min, long max, String standard, String meaning, IntegerSetter<D> set) {
    return of(
        name,
        "integer",
        range(min, max),
        standard,
        Effect.HONOURED,
        meaning,
        (value, draft) -> set.set(draft, value.integer(min, max)));
  }

  static <D> Parameter<D> flag(
      String name, String standard, String meaning, BiConsumer<D, Boolean> set) {
    return of(
        name,
        "boolean",
        "",
        standard,
        Effect.HONOURED,
        meaning,
        (value, draft) -> set.accept(draft, value.flag()));
  }

  static <D> Parameter<D> text(
      String name, int maxCharacters, String meaning, BiConsumer<D, String> set) {
    return of(
        name,
        "string",
        "up to " + maxCharacters + " characters",
        "",
        Effect.HONOURED,
        meaning,
        (value, draft) -> set.accept(draft, value.string(maxCharacters)));
  }

  /** A string without effect here, by its documented nature. */
  static <D> Parameter<D> note(String name, int maxCharacters, String meaning) {
    return of(
        name,
        "string",
        "up to " + maxCharacters + " characters",
        "",
        Effect.NO_EFFECT,
        meaning,
        (value, draft) -> value.string(maxCharacters));
  }

  /** One of several strings; the refused ones are known to OpenAI but not possible here. */
  static <D> Parameter<D> choice(
      String name,
      List<String> taken,
      List<String> refused,
      String standard,
      Effect effect,
      String meaning,
      BiConsumer<D, String> set) {
    String range = "`" + String.join("`, `", taken) + "`";
    return of(
        name,
        "string",
        refused.isEmpty() ? range : range + "; refused: `" + String.join("`, `", refused) + "`",
        standard,
        effect,
        meaning,
        (value, draft) -> {
          String chosen = value.string(64);
          if (!taken.contains(chosen)) {
            String expected = "(expected: " + String.join(", ", taken) + ")";
            throw refused.contains(chosen)
                ? value.unsupported("\"" + chosen + "\" is not available here " + expected + ".")
                : value.invalid("invalid_value", value.shown() + " is not known " + expected);
          }
          set.accept(draft, chosen);
        });
  }

  /** A boolean of which only one value is possible here. */
  static <D> Parameter<D> only(String name, boolean possible, String meaning) {
    return of(
        name,
        "boolean",
        "`" + possible + "`; refused: `" + !possible + "`",
        Boolean.toString(possible),
        Effect.PARTLY,
        meaning,
        (value, draft) -> {
          if (value.flag() != possible) {
            throw value.unsupported("only " + possible + " is possible here. " + meaning);
          }
        });
  }

  /** Known to OpenAI, not possible here. */
  static <D> Parameter<D> refused(String name, String type, String why) {
    return of(
        name,
        type,
        "",
        "",
        Effect.REFUSED,
        why,
        (value, draft) -> {
          throw ApiError.invalid(
              value.path(),
              "unsupported_parameter",
              "Unsupported parameter: '" + value.path() + "'. " + why);
        });
  }

  static <D> Parameter<D> of(
      String name,
      String type,
      String range,
      String standard,
      Effect effect,
      String meaning,
      Reader<D> reader) {
    return new Parameter<>(name, type, range, standard, false, effect, meaning, List.of(), reader);
  }

  Parameter<D> asRequired() {
    return new Parameter<>(name, type, range, standard, true, effect, meaning, members, reader);
  }

  Parameter<D> with(ParameterTable<?>... tables) {
    return new Parameter<>(
        name, type, range, standard, required, effect, meaning, List.of(tables), reader);
  }

  private static String range(long min, long max) {
    if (max == Long.MAX_VALUE) {
      return min == Long.MIN_VALUE ? "64 bits" : ">= " + min;
    }
    return min + " to " + max;
  }
}
