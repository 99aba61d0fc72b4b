package io.myelin.cli.model;

import io.myelin.cli.CommandException;
import io.myelin.cli.CommandGroup;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.engine.catalogue.ModelEntry;
import io.myelin.engine.catalogue.ModelOrigin;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The model catalogue from the command line. */
@Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description = "The model catalogue: list, pull, add, remove.",
    synopsisSubcommandLabel = "(list | pull | add | remove)",
    footer = {
      "",
      "Examples:",
      "  ./myelin model list",
      "  ./myelin model pull",
      "  ./myelin model add qwen --file qwen2.5-0.5b-instruct-q4_0.gguf"
    })
public final class ModelCommand extends CommandGroup {

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "What can be asked for, and what is on this machine already.",
      footer = {"", "Example:", "  ./myelin model list"})
  int list() {
    PrintWriter out = out();
    ModelCatalogue catalogue = ModelCatalogue.ofThisUser();
    out.printf(
        "%-26s %-10s %-12s %8s %10s  %-5s %s%n",
        "ID", "MAKES", "LICENCE", "CONTEXT", "SIZE", "HERE", "FROM");
    for (ModelEntry entry : catalogue.entries()) {
      boolean upstream = entry.origin() instanceof ModelOrigin.Upstream;
      out.printf(
          "%-26s %-10s %-12s %8d %10s  %-5s %s%n",
          entry.id(),
          makes(entry),
          entry.licence(),
          entry.contextLength(),
          upstream ? "-" : entry.sizeBytes() / (1 << 20) + " MiB",
          upstream ? "-" : catalogue.store().present(entry).isPresent() ? "yes" : "no",
          entry.origin().describe());
    }
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  private static String makes(ModelEntry entry) {
    return switch (entry.format()) {
      case GGUF -> "text";
      case ONNX -> "embeddings";
      case REMOTE -> "-";
    };
  }

  @Command(
      name = "pull",
      mixinStandardHelpOptions = true,
      description = "Fetch a model and check it against its SHA-256.",
      footer = {"", "Example:", "  ./myelin model pull smollm2-135m-instruct"})
  int pull(
      @Parameters(arity = "0..*", paramLabel = "ID", description = "Default: the default models.")
          @Nullable List<String> ids) {
    ModelCatalogue catalogue = ModelCatalogue.ofThisUser();
    PrintWriter out = out();
    for (ModelEntry entry : catalogue.requireAll(ids == null ? List.of() : ids)) {
      Path file;
      try (var progress = ConsoleProgress.onStandardError()) {
        file = catalogue.store().fetch(entry, progress);
      }
      out.println(entry.id() + " is at " + file + " (SHA-256 " + entry.sha256() + ")");
      out.flush();
    }
    return CommandLine.ExitCode.OK;
  }

  /** Where a new model comes from: exactly one of these. */
  static final class Source {
    @Option(
        names = "--file",
        required = true,
        paramLabel = "FILE",
        description = "A GGUF file here.")
    @Nullable Path file;

    @Option(
        names = "--url",
        required = true,
        paramLabel = "URL",
        description = "A GGUF file behind a URL; needs --sha256.")
    @Nullable URI url;

    @Option(
        names = "--upstream",
        required = true,
        paramLabel = "URL",
        description = "An OpenAI-compatible server, up to and including /v1.")
    @Nullable URI upstream;
  }

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Add a model of your own.",
      footer = {
        "",
        "Examples:",
        "  ./myelin model add qwen --file qwen2.5-0.5b-instruct-q4_0.gguf",
        "  ./myelin model add qwen --url https://host/model.gguf --sha256 0123...",
        "  ./myelin model add local --upstream http://127.0.0.1:11434/v1 --name llama3.2 --context 8192"
      })
  int add(
      @Parameters(paramLabel = "ID", description = "As clients shall name it.") String id,
      @ArgGroup(exclusive = true, multiplicity = "1") Source source,
      @Option(
              names = "--sha256",
              paramLabel = "HEX",
              description = "With --url: what the file must be.")
          @Nullable String sha256,
      @Option(
              names = "--name",
              paramLabel = "NAME",
              description = "With --upstream: its name there.")
          @Nullable String name,
      @Option(
              names = "--context",
              paramLabel = "TOKENS",
              defaultValue = "4096",
              description = "With --upstream: its context length (${DEFAULT-VALUE}).")
          int context,
      @Option(
              names = "--key-variable",
              paramLabel = "VARIABLE",
              defaultValue = "",
              description = "With --upstream: the environment variable that holds its key.")
          String keyVariable,
      @Option(
              names = "--chat-template",
              paramLabel = "STYLE",
              defaultValue = "",
              description =
                  "With --file or --url: chatml, instead of the template that the file holds.")
          String chatTemplate) {
    if (!chatTemplate.matches("|chatml")) {
      throw wrong(
          "model add: --chat-template: " + chatTemplate + " (expected: chatml, or leave it out)");
    }
    ModelCatalogue catalogue = ModelCatalogue.ofThisUser();
    ModelEntry entry;
    try (var progress = ConsoleProgress.onStandardError()) {
      if (source.file != null) {
        entry = catalogue.addFile(id, source.file, chatTemplate, progress);
      } else if (source.url != null) {
        if (sha256 == null) {
          throw wrong("model add: --url needs --sha256, so that what comes can be checked");
        }
        entry = catalogue.addDownload(id, source.url, sha256, chatTemplate, progress);
      } else {
        URI upstream = Objects.requireNonNull(source.upstream);
        entry =
            new ModelEntry(
                id,
                "unknown",
                "",
                0,
                context,
                "upstream",
                new ModelOrigin.Upstream(upstream, keyVariable, name != null ? name : id));
        catalogue.add(entry);
      }
    }
    PrintWriter out = out();
    out.println("added " + entry.id() + ": " + entry.origin().describe());
    out.println("serve it: ./myelin devnet --model " + entry.id());
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Forget a model you added.",
      footer = {"", "Example:", "  ./myelin model remove qwen"})
  int remove(@Parameters(paramLabel = "ID", description = "Its id.") String id) {
    if (!ModelCatalogue.ofThisUser().remove(id)) {
      throw new CommandException("model " + id + " is not one you added (see ./myelin model list)");
    }
    return CommandLine.ExitCode.OK;
  }
}
