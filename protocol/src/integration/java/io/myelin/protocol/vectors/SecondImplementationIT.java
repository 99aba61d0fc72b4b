package io.myelin.protocol.vectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.KeyDerivation;
import io.myelin.protocol.crypto.Keystore;
import io.myelin.protocol.crypto.KeystoreException;
import io.myelin.protocol.crypto.OperatorKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds this implementation and one in JavaScript, over npm {@code ethers}, against each other. */
final class SecondImplementationIT {
  private static final Path ROOT = Path.of(System.getProperty("myelin.root", ".."));
  private static final Path SCRIPTS = ROOT.resolve("protocol/src/integration/resources");
  private static final char[] PASSWORD = "correct horse – ü".toCharArray();

  @TempDir Path folder;

  private String node(String script, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("node", SCRIPTS.resolve(script).toString()));
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("node ended in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(output, UTF_8);
    assertThat(process.exitValue()).as(text).isZero();
    return text.strip();
  }

  @Test
  void findsThePublishedVectorsRight() throws IOException, InterruptedException {
    assertThat(node("verify-vectors.mjs", ROOT.resolve("docs/vectors").toString()))
        .endsWith("checks held");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fresh/a", "fresh/b", "fresh/c"})
  void findsFreshVectorsRight(String label) throws IOException, InterruptedException {
    for (Map.Entry<String, String> file : Vectors.all(label).entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }

    assertThat(node("verify-vectors.mjs", folder.toString())).endsWith("checks held");
  }

  @Test
  void ethersOpensOurKeystore() throws IOException, InterruptedException {
    OperatorKey key = OperatorKey.generate(new Random(5));
    Path file = folder.resolve("key.json");
    Files.writeString(file, Keystore.encrypt(key, PASSWORD, KeyDerivation.LIGHT, new Random(6)));

    assertThat(node("keystore.mjs", "decrypt", file.toString(), new String(PASSWORD)))
        .isEqualTo("0x" + HexFormat.of().formatHex(key.privateKeyBytes()));
  }

  @Test
  void weOpenTheKeystoreOfEthers() throws IOException, InterruptedException, KeystoreException {
    OperatorKey key = OperatorKey.generate(new Random(7));
    String secret = "0x" + HexFormat.of().formatHex(key.privateKeyBytes());
    String json = node("keystore.mjs", "encrypt", secret, new String(PASSWORD));

    assertThat(Keystore.decrypt(json, PASSWORD).address()).isEqualTo(key.address());
  }
}
