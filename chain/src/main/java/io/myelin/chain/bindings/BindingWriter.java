package io.myelin.chain.bindings;

import io.myelin.chain.abi.AbiEvent;
import io.myelin.chain.abi.AbiType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes the Java class of one contract. */
final class BindingWriter {
  // A string constant of a class file holds 65,535 bytes.
  private static final int PIECE = 32_000;

  private final Artifact artifact;
  private final StringBuilder out = new StringBuilder();

  BindingWriter(Artifact artifact) {
    this.artifact = artifact;
  }

  String write(String packageName) {
    out.append(
        """
        // Made from %1$s.json by io.myelin.chain.bindings; do not edit.
        package %2$s;

        import io.myelin.chain.Bytes;
        import io.myelin.chain.EventLog;
        import io.myelin.chain.RevertReason;
        import io.myelin.chain.abi.AbiError;
        import io.myelin.chain.abi.AbiEvent;
        import io.myelin.chain.abi.AbiFunction;
        import io.myelin.chain.abi.AbiParameter;
        import io.myelin.chain.abi.AbiType;
        import io.myelin.chain.abi.AbiValues;
        import io.myelin.chain.abi.ContractRead;
        import io.myelin.chain.abi.ContractWrite;
        import io.myelin.protocol.ids.Address;
        import io.myelin.protocol.ids.Digest;
        import java.math.BigInteger;
        import java.util.List;
        import java.util.Optional;

        /**
         * The contract %1$s.
         *
         * @param address where it is
         */
        public record %1$s(Address address) {
        """
            .formatted(artifact.name(), packageName));
    constructor();
    functions();
    events();
    errors();
    structs();
    out.append("}\n");
    return out.toString();
  }

  private List<Artifact.Item> items(String kind) {
    return artifact.items().stream().filter(item -> item.kind().equals(kind)).toList();
  }

  private static String parameters(List<Artifact.Field> fields) {
    return fields.stream()
        .map(field -> JavaTypes.type(field) + " " + JavaTypes.name(field.name()))
        .collect(Collectors.joining(", "));
  }

  private static String arguments(List<Artifact.Field> fields) {
    return fields.stream()
        .map(field -> JavaTypes.write(field, JavaTypes.name(field.name())))
        .collect(Collectors.joining(", ", fields.isEmpty() ? "List.of(" : "List.<Object>of(", ")"));
  }

  private void constructor() {
    Optional<String> code = artifact.creationCode();
    if (code.isEmpty()) {
      return;
    }
    String digits = code.get();
    String pieces =
        IntStream.iterate(0, at -> at < digits.length(), at -> at + PIECE)
            .mapToObj(
                at -> "\"" + digits.substring(at, Math.min(digits.length(), at + PIECE)) + "\"")
            .collect(Collectors.joining(",\n          "));
    List<Artifact.Field> inputs =
        items("constructor").stream().findFirst().map(Artifact.Item::inputs).orElse(List.of());
    out.append(
        """
          private static final Bytes CREATION_CODE =
              Bytes.parse(String.join("",
                  %s));
          private static final AbiFunction CONSTRUCTOR =
              new AbiFunction("constructor", %s, List.of());

          /** Creates one. */
          public static ContractWrite deploy(%s) {
            return new ContractWrite(
                Optional.empty(),
                "create %s",
                CREATION_CODE.concat(CONSTRUCTOR.encodeArguments(%s)),
                BigInteger.ZERO);
          }

        """
            .formatted(
                pieces,
                JavaTypes.descriptors(inputs),
                parameters(inputs),
                artifact.name(),
                arguments(inputs)));
  }

  private void functions() {
    Map<String, Integer> seen = new HashMap<>();
    for (Artifact.Item function : items("function")) {
      int overload = seen.merge(function.name(), 1, Integer::sum);
      String constant = "FUNCTION_" + function.name() + (overload == 1 ? "" : "_" + overload);
      out.append(
          """
            private static final AbiFunction %s =
                new AbiFunction("%s", %s, %s);

          """
              .formatted(
                  constant,
                  function.name(),
                  JavaTypes.descriptors(function.inputs()),
                  JavaTypes.descriptors(function.outputs())));
      if (function.reads()) {
        reader(function, constant, overload);
      } else {
        out.append(
            """
              /** Tells the contract {@code %1$s}. */
              public ContractWrite %2$s(%3$s) {
                return new ContractWrite(
                    Optional.of(address), "%4$s.%1$s", %5$s.encode(%6$s), BigInteger.ZERO);
              }

            """
                .formatted(
                    function.name(),
                    JavaTypes.name(function.name()),
                    parameters(function.inputs()),
                    artifact.name(),
                    constant,
                    arguments(function.inputs())));
      }
    }
  }

  private void reader(Artifact.Item function, String constant, int overload) {
    List<Artifact.Field> outputs = function.outputs();
    String answerType;
    String answer;
    if (outputs.size() == 1) {
      answerType = JavaTypes.type(outputs.getFirst());
      answer = JavaTypes.read(outputs.getFirst(), "answer.getFirst()");
    } else {
      answerType = capital(function.name()) + "Answer" + (overload == 1 ? "" : "_" + overload);
      answer = answerType + ".from(answer)";
      record(answerType, "What {@code " + function.name() + "} answers.", outputs, "");
    }
    out.append(
        """
          /** Asks the contract {@code %1$s}. */
          public ContractRead<%2$s> %3$s(%4$s) {
            return new ContractRead<>(
                address, %5$s, %5$s.encode(%6$s), answer -> %7$s);
          }

        """
            .formatted(
                function.name(),
                boxed(answerType),
                JavaTypes.name(function.name()),
                parameters(function.inputs()),
                constant,
                arguments(function.inputs()),
                answer));
  }

  private static String boxed(String type) {
    return switch (type) {
      case "long" -> "Long";
      case "boolean" -> "Boolean";
      default -> type;
    };
  }

  private static String capital(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  /** A record with a factory from the codec's values. */
  private void record(String name, String words, List<Artifact.Field> fields, String more) {
    String parts =
        IntStream.range(0, fields.size())
            .mapToObj(i -> JavaTypes.read(fields.get(i), "values.get(" + i + ")"))
            .collect(Collectors.joining(", "));
    out.append(
        """
          /** %s */
          public record %s(%s) {
            private static %2$s from(List<?> values) {
              return new %2$s(%4$s);
            }
        %5$s  }

        """
            .formatted(words, name, parameters(fields), parts, more));
  }

  private void structs() {
    Map<String, Artifact.Field> structs = new LinkedHashMap<>();
    for (Artifact.Item item : artifact.items()) {
      item.inputs().forEach(field -> collect(field, structs));
      item.outputs().forEach(field -> collect(field, structs));
    }
    structs.forEach(
        (name, field) ->
            record(
                name,
                "The struct {@code " + name + "}.",
                field.components(),
                """
                    private List<Object> raw() {
                      return %s;
                    }
                """
                    .formatted(arguments(field.components()))));
  }

  private static void collect(Artifact.Field field, Map<String, Artifact.Field> structs) {
    field.struct().ifPresent(name -> structs.putIfAbsent(name, field));
    field.components().forEach(component -> collect(component, structs));
  }

  private void events() {
    List<String> names = new ArrayList<>();
    Map<String, Integer> seen = new HashMap<>();
    for (Artifact.Item event : items("event")) {
      int overload = seen.merge(event.name(), 1, Integer::sum);
      String name = event.name() + (overload == 1 ? "" : "_" + overload) + "Event";
      names.add(name);
      List<Artifact.Field> fields = event.inputs().stream().map(BindingWriter::asLogged).toList();
      String parts =
          IntStream.range(0, fields.size())
              .mapToObj(i -> JavaTypes.read(fields.get(i), "values.get(" + i + ")") + ", ")
              .collect(Collectors.joining());
      String parameters = parameters(fields);
      out.append(
          """
            /** The event {@code %1$s}; {@code log} says where it stands. */
            public record %2$s(%3$sEventLog log) implements Event {
              /** Its type. */
              public static final AbiEvent TYPE =
                  new AbiEvent("%1$s", %4$s);

              private static %2$s from(EventLog log) {
                List<?> values = TYPE.decode(log);
                return new %2$s(%5$slog);
              }
            }

          """
              .formatted(
                  event.name(),
                  name,
                  parameters.isEmpty() ? "" : parameters + ", ",
                  abiParameters(event.inputs()),
                  parts.isEmpty() ? "" : parts)
              .replace(
                  "List<?> values = TYPE.decode(log);\n      return new " + name + "(log);",
                  "TYPE.decode(log);\n      return new " + name + "(log);"));
    }
    if (names.isEmpty()) {
      return;
    }
    String matches =
        names.stream()
            .map(
                name ->
                    "    if ("
                        + name
                        + ".TYPE.matches(log)) {\n      return Optional.of("
                        + name
                        + ".from(log));\n    }\n")
            .collect(Collectors.joining());
    out.append(
        """
          /** An event of this contract. */
          public sealed interface Event permits %s {
            /** Where it stands. */
            EventLog log();
          }

          /** First topics of all its events, for a filter. */
          public static final List<Digest> EVENT_TOPICS = List.of(%s);

          /**
           * Reads a log; empty when it is no event of this contract's source. Who emitted it is for
           * the caller to check.
           */
          public static Optional<Event> event(EventLog log) {
        %s    return Optional.empty();
          }

        """
            .formatted(
                String.join(", ", names),
                names.stream()
                    .map(name -> name + ".TYPE.topic()")
                    .collect(Collectors.joining(", ")),
                matches));
  }

  /** An indexed text, array or struct is logged as its hash. */
  private static Artifact.Field asLogged(Artifact.Field field) {
    AbiType logged = field.indexed() ? AbiEvent.topicType(field.type()) : field.type();
    return new Artifact.Field(
        field.name(),
        logged,
        logged.toString(),
        field.indexed(),
        field.struct(),
        field.components());
  }

  private static String abiParameters(List<Artifact.Field> fields) {
    return fields.stream()
        .map(
            field ->
                "new AbiParameter(\"%s\", %s, %s)"
                    .formatted(field.name(), JavaTypes.descriptor(field), field.indexed()))
        .collect(Collectors.joining(", ", "List.of(", ")"));
  }

  private void errors() {
    List<String> names = new ArrayList<>();
    for (Artifact.Item error : items("error")) {
      String name = error.name() + "Error";
      if (names.contains(name)) {
        continue;
      }
      names.add(name);
      String more =
          """

              /** Its type. */
              public static final AbiError TYPE = new AbiError("%s", %s);

              /** Reads the reason of a revert; empty when it is another. */
              public static Optional<%s> from(RevertReason reason) {
                return reason instanceof RevertReason.Custom custom && TYPE.matches(reason)
                    ? Optional.of(
                        from(custom.arguments().stream().map(RevertReason.Argument::value).toList()))
                    : Optional.empty();
              }
          """
              .formatted(error.name(), abiParameters(error.inputs()), name);
      record(name, "The error {@code " + error.name() + "}.", error.inputs(), more);
    }
    out.append(
        """
          /** All errors it declares, for a decoder of reverts. */
          public static final List<AbiError> ERRORS = List.of(%s);

        """
            .formatted(
                names.stream().map(name -> name + ".TYPE").collect(Collectors.joining(", "))));
  }
}
