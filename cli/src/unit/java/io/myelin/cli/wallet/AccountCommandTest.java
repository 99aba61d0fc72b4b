package io.myelin.cli.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.cli.node.KeyFile;
import io.myelin.cli.testing.CommandRun;
import io.myelin.protocol.crypto.OperatorKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AccountCommandTest {
  private static final OperatorKey KEY = OperatorKey.generate(new Random(7));

  @TempDir Path folder;

  private String keystore() throws Exception {
    Path key = folder.resolve("key.hex");
    KeyFile.writePrivate(key, HexFormat.of().formatHex(KEY.privateKeyBytes()) + "\n");
    Files.writeString(folder.resolve("password"), "correct horse\n");
    Path keystore = folder.resolve("account.json");
    CommandRun imported =
        CommandRun.of(
            "account",
            "import",
            "--key-file",
            key.toString(),
            "--keystore",
            keystore.toString(),
            "--password-file",
            folder.resolve("password").toString());
    assertThat(imported.ok().out()).startsWith(KEY.address().toString());
    assertThat(imported.out() + imported.err())
        .doesNotContain(HexFormat.of().formatHex(KEY.privateKeyBytes()));
    return keystore.toString();
  }

  @Test
  void aKeyIsImportedAndItsAddressExportedWithAndWithoutThePassword() throws Exception {
    String keystore = keystore();
    assertThat(CommandRun.of("account", "export-address", "--keystore", keystore).ok().out())
        .isEqualToIgnoringNewLines(KEY.address().toString());
    String password = folder.resolve("password").toString();
    assertThat(
            CommandRun.of(
                    "account",
                    "export-address",
                    "--keystore",
                    keystore,
                    "--check",
                    "--password-file",
                    password)
                .ok()
                .out())
        .isEqualToIgnoringNewLines(KEY.address().toString());

    String forged =
        Files.readString(Path.of(keystore))
            .replace(KEY.address().toString().substring(2), "00".repeat(20));
    Files.writeString(Path.of(keystore), forged);
    CommandRun caught =
        CommandRun.of(
            "account",
            "export-address",
            "--keystore",
            keystore,
            "--check",
            "--password-file",
            password);
    assertThat(caught.status()).isEqualTo(1);
    assertThat(caught.err()).contains(KEY.address() + ", that of its key");
  }

  @Test
  void whatCannotBeMeantIsWrongUsage() {
    for (String line :
        new String[] {
          "account send much 0x1",
          "account send 1 0x1",
          "account send 0 0x" + "11".repeat(20),
          "account send 1 0x" + "00".repeat(20),
          "account approve 1.5wei",
          "account import",
          "account money --account 0x12 --rpc ftp://a",
          "stake node add 100 --slots 0 --operator-key a",
          "stake node slots 2000 0x" + "11".repeat(20),
          "stake",
        }) {
      CommandRun run = CommandRun.of(line.split(" "));
      assertThat(run.status()).as(line).isEqualTo(2);
      assertThat(run.err().lines()).as(line).hasSize(1);
      assertThat(run.err()).as(line).contains("--help");
    }
  }

  @Test
  void everySubcommandTeachesWithAnExample() {
    for (String command :
        new String[] {
          "account show",
          "account balance",
          "account money",
          "account send",
          "account approve",
          "account withdraw",
          "account import",
          "account new",
          "account export-address",
          "account list",
          "session refund",
          "session money",
          "stake validator",
          "stake validator add",
          "stake validator resign",
          "stake node add",
          "stake node show",
          "stake gateway add",
          "stake gateway retire"
        }) {
      CommandRun help = CommandRun.of((command + " --help").split(" ")).ok();
      assertThat(help.out()).as(command).contains("Example");
      assertThat(help.out().lines()).as(command).allMatch(line -> line.length() <= 100);
    }
  }
}
