package io.myelin.gateway.openai;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Renders the tables that check requests into {@code docs/openai-parameters.md}, so that what is
 * written is what happens.
 */
public final class ParameterDocs {
  private static final String HEAD =
      """
      # OpenAI's parameters

      Every parameter of the OpenAI endpoints and what happens to it. A parameter that is not here, or a value outside its range,
      is answered with 400 and names the parameter; nothing is silently ignored. JSON's `null` means absent.

      This page is rendered from the tables that check the requests; a test fails when it is out of date. To render it again:
      `COMMAND`

      | effect | meaning |
      | --- | --- |
      | honoured | does what OpenAI documents |
      | partly | some values do, the others are refused |
      | no effect | checked and taken; documented to change nothing here |
      | refused | 400 `unsupported_parameter` |
      """;

  /** How the page is rendered again; the test that compares it does it. */
  public static final String COMMAND =
      "mvn -q test -pl gateway -am -Dtest=ParameterDocsTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dmyelin.docs.write=true";

  private ParameterDocs() {}

  /** The whole page. */
  public static String render() {
    StringBuilder page = new StringBuilder(HEAD.replace("COMMAND", COMMAND));
    for (ParameterTable<?> table : tables()) {
      page.append("\n## ").append(table.title()).append("\n\n");
      page.append("| parameter | type | range | when absent | effect | what happens |\n");
      page.append("| --- | --- | --- | --- | --- | --- |\n");
      for (Parameter<?> parameter : table.parameters()) {
        row(page, parameter);
      }
    }
    return page.toString();
  }

  /** How many parameters the page lists. */
  public static int count() {
    return tables().stream().mapToInt(table -> table.parameters().size()).sum();
  }

  /** Writes the page. */
  public static void write(Path file) throws IOException {
    Files.writeString(file, render());
  }

  private static Set<ParameterTable<?>> tables() {
    Set<ParameterTable<?>> tables = new LinkedHashSet<>();
    add(tables, ChatParameters.TABLE);
    add(tables, CompletionParameters.TABLE);
    add(tables, EmbeddingParameters.TABLE);
    return tables;
  }

  private static void add(Set<ParameterTable<?>> tables, ParameterTable<?> table) {
    if (tables.add(table)) {
      for (Parameter<?> parameter : table.parameters()) {
        for (ParameterTable<?> inner : parameter.members()) {
          add(tables, inner);
        }
      }
    }
  }

  private static void row(StringBuilder page, Parameter<?> parameter) {
    page.append("| `").append(parameter.name()).append('`');
    page.append(" | ").append(parameter.type());
    page.append(" | ").append(parameter.range());
    page.append(" | ").append(parameter.required() ? "required" : parameter.standard());
    page.append(" | ").append(parameter.effect().label());
    page.append(" | ").append(parameter.meaning()).append(" |\n");
  }
}
