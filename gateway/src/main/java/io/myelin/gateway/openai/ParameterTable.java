package io.myelin.gateway.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.StrictJson;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Every parameter of one object. What is not in the table is refused, so that nothing is ever
 * silently ignored; JSON's null means absent, as in OpenAI's API.
 *
 * @param <D> the draft its parameters are read into
 */
final class ParameterTable<D> {
  private final String title;
  private final Map<String, Parameter<D>> byName;

  private ParameterTable(String title, List<Parameter<D>> parameters) {
    this.title = title;
    Map<String, Parameter<D>> map = new LinkedHashMap<>();
    for (Parameter<D> parameter : parameters) {
      if (map.put(parameter.name(), parameter) != null) {
        throw new IllegalArgumentException(
            "parameter: " + parameter.name() + " (expected: once in " + title + ")");
      }
    }
    this.byName = map;
  }

  @SafeVarargs
  static <D> ParameterTable<D> of(String title, Parameter<D>... parameters) {
    List<Parameter<D>> list = new ArrayList<>();
    for (Parameter<D> parameter : parameters) {
      list.add(parameter);
    }
    return new ParameterTable<>(title, list);
  }

  /** The same table with more rows. */
  ParameterTable<D> plus(List<Parameter<D>> more) {
    return new ParameterTable<>(
        title, Stream.concat(byName.values().stream(), more.stream()).toList());
  }

  /** Heading in the documentation. */
  String title() {
    return title;
  }

  /** The rows, in order. */
  List<Parameter<D>> parameters() {
    return new ArrayList<>(byName.values());
  }

  /** Reads an object that stands at {@code path} (empty: the request itself). */
  void read(ObjectNode object, String path, D draft) throws ApiError {
    String prefix = path.isEmpty() ? "" : path + ".";
    Iterator<String> names = object.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (!byName.containsKey(name)) {
        String where = prefix + StrictJson.shortened(name);
        throw ApiError.invalid(
            where,
            "unknown_parameter",
            "Unknown parameter: '" + where + "' (expected one of: " + known() + ").");
      }
    }
    for (Parameter<D> parameter : byName.values()) {
      JsonNode node = object.get(parameter.name());
      String where = prefix + parameter.name();
      if (node != null && !node.isNull()) {
        parameter.reader().read(new Value(node, where), draft);
      } else if (parameter.required()) {
        throw ApiError.invalid(
            where,
            "missing_required_parameter",
            "Missing required parameter: '" + where + "' (" + parameter.type() + ").");
      }
    }
  }

  private String known() {
    return String.join(
        ", ",
        byName.values().stream()
            .filter(parameter -> parameter.effect() != Effect.REFUSED)
            .map(Parameter::name)
            .toList());
  }
}
