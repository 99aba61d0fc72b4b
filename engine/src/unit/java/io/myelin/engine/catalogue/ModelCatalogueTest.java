package io.myelin.engine.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.engine.EngineException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCatalogueTest {
  @TempDir Path folder = Path.of("");
  private CatalogueFolders folders = new CatalogueFolders(folder, folder);

  @BeforeEach
  void inTheFolder() {
    folders = new CatalogueFolders(folder.resolve("cache"), folder.resolve("config"));
  }

  private ModelCatalogue catalogue() {
    return new ModelCatalogue(folders, new ModelStore(folders, Map.of()));
  }

  @Test
  void knowsTheDefaultModelWhateverTheCase() {
    assertThat(catalogue().require("SmolLM2-135M-Instruct"))
        .isEqualTo(ModelCatalogue.DEFAULT_MODEL);
  }

  @Test
  void theEmbeddingModelComesWithTheProgram() throws IOException {
    ModelEntry entry = catalogue().require("all-minilm-l6-v2");
    assertThat(entry.format()).isEqualTo(ModelEntry.Format.ONNX);
    Path file = catalogue().store().present(entry).orElseThrow();
    assertThat(file)
        .hasSize(entry.sizeBytes())
        .hasFileName("all-minilm-l6-v2-afdb6f1a0e45b715.onnx");
    // Half a file, as a full disk leaves it, is made whole again.
    Files.write(file, new byte[1000]);
    assertThat(catalogue().store().fetch(entry, FetchProgress.SILENT)).hasSize(entry.sizeBytes());
  }

  @Test
  void anUnknownModelNamesThoseThereAre() {
    assertThatThrownBy(() -> catalogue().require("gpt-9"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("\"gpt-9\"")
        .hasMessageContaining("smollm2-135m-instruct");
  }

  @Test
  void keepsEveryKindOfEntryOverARestart() throws IOException {
    Path file = Files.write(folder.resolve("tiny.gguf"), GgufBytes.languageModel(512));
    ModelEntry local = catalogue().addFile("tiny", file, "", FetchProgress.SILENT);
    ModelEntry upstream =
        new ModelEntry(
            "big",
            "unknown",
            "",
            0,
            32768,
            "upstream",
            new ModelOrigin.Upstream(URI.create("http://127.0.0.1:9/v1"), "BIG_KEY", "big-70b"));
    catalogue().add(upstream);
    assertThat(catalogue().entries())
        .containsExactly(
            ModelCatalogue.DEFAULT_MODEL, ModelCatalogue.EMBEDDING_MODEL, local, upstream);
    assertThat(local.contextLength()).isEqualTo(512);
    assertThat(local.chatTemplate()).isEqualTo("file");
    assertThat(catalogue().remove("TINY")).isTrue();
    assertThat(catalogue().remove("tiny")).isFalse();
    assertThat(catalogue().find("tiny")).isEmpty();
  }

  @Test
  void anIdIsTakenOnce() throws IOException {
    Path file = Files.write(folder.resolve("tiny.gguf"), GgufBytes.languageModel(512));
    assertThatThrownBy(
            () -> catalogue().addFile("smollm2-135m-INSTRUCT", file, "", FetchProgress.SILENT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("already");
  }

  @Test
  void aBrokenCatalogueFileIsNamed() throws IOException {
    Files.createDirectories(folders.config());
    Files.writeString(folders.catalogueFile(), "{\"version\":1,\"models\":[{\"id\":\"x\"");
    assertThatThrownBy(() -> catalogue().entries())
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(folders.catalogueFile().toString());
  }

  @Test
  void aKeyItselfIsNeverTakenForItsVariable() {
    assertThatThrownBy(
            () -> new ModelOrigin.Upstream(URI.create("http://h/v1"), "sk-secret-key", "m"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("sk-secret-key");
  }

  @Test
  void anAlteredFileIsFoundThoughItsDigestWasKnown() throws IOException {
    Path file = Files.write(folder.resolve("tiny.gguf"), GgufBytes.languageModel(512));
    ModelCatalogue catalogue = catalogue();
    ModelEntry entry = catalogue.addFile("tiny", file, "", FetchProgress.SILENT);
    assertThat(catalogue.store().fetch(entry, FetchProgress.SILENT)).isEqualTo(file.toRealPath());
    Path other = Files.write(folder.resolve("other.gguf"), GgufBytes.languageModel(513));
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> catalogue.store().fetch(entry, FetchProgress.SILENT))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("expected: " + entry.sha256());
  }

  @Test
  void anUnchangedFileIsNotReadTwice() throws IOException {
    Path file = Files.write(folder.resolve("tiny.gguf"), GgufBytes.languageModel(512));
    DigestCache cache = new DigestCache(folder.resolve("digests"));
    int[] reads = new int[1];
    String first = cache.digestOf(file, (step, done, total) -> reads[0]++);
    assertThat(reads[0]).isPositive();
    int once = reads[0];
    assertThat(cache.digestOf(file, (step, done, total) -> reads[0]++)).isEqualTo(first);
    assertThat(reads[0]).isEqualTo(once);
  }

  @Test
  void foldersFollowTheUsersVariables() {
    Path home = Path.of("/home/u");
    assertThat(
            CatalogueFolders.ofUser(
                Map.of("XDG_CACHE_HOME", "/c", "XDG_CONFIG_HOME", "relative"), home))
        .isEqualTo(new CatalogueFolders(Path.of("/c/myelin"), Path.of("/home/u/.config/myelin")));
  }
}
