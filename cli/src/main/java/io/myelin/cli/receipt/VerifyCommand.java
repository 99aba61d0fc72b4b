package io.myelin.cli.receipt;

import com.google.protobuf.ByteString;
import io.myelin.cli.CommandException;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.receipt.Check;
import io.myelin.protocol.receipt.ReceiptEvidence;
import io.myelin.protocol.receipt.ReceiptVerifier;
import io.myelin.protocol.receipt.Verification;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks a receipt without a network: exit status 0 when everything checked held, 1 otherwise. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = "Check a receipt offline and say, check by check, what held.",
    footer = {
      "",
      "Examples:",
      "  ./myelin verify receipt.json",
      "  ./myelin verify receipt.json --output answer.txt --gateway 0x1f9a...",
      "",
      "Without --output and --gateway the receipt is checked against itself: that its",
      "signatures, commitments, counts and prices fit together."
    })
public final class VerifyCommand implements Callable<Integer> {
  private static final long MAX_BYTES = 16L << 20;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli before call()
  private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The receipt, as the gateway served it.")
  @SuppressWarnings("NullAway.Init") // required, so picocli sets it
  private Path file;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "The whole answer as UTF-8 text, to check that it is the one receipted.")
  private @Nullable Path output;

  @Option(
      names = "--gateway",
      paramLabel = "ADDRESS",
      description = "The gateway that must have signed it.")
  private @Nullable String gateway;

  @Override
  public Integer call() {
    ReceiptEvidence evidence = ReceiptEvidence.none();
    if (gateway != null) {
      evidence = evidence.withGateway(address(gateway));
    }
    if (output != null) {
      evidence = evidence.withOutput(ByteString.copyFrom(read(output, "the answer's text")));
    }
    Verification verification = ReceiptVerifier.verifyJson(text(file), evidence);
    CheckTable.print(verification, spec.commandLine().getOut());
    if (verification.holds()) {
      return CommandLine.ExitCode.OK;
    }
    // The table is the answer; the one line on standard error is for scripts that drop it.
    throw new CommandException(
        file
            + " does not hold: "
            + verification.checks().stream()
                .filter(check -> check.outcome() == Check.Outcome.FAILED)
                .map(Check::name)
                .collect(Collectors.joining(", ")));
  }

  private Address address(String text) {
    try {
      return Address.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--gateway: " + e.getMessage(), e);
    }
  }

  private static String text(Path file) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(
              ByteBuffer.wrap(
                  read(file, "a receipt, from the URL in the answer's Myelin-Receipt header")))
          .toString();
    } catch (CharacterCodingException e) {
      throw new CommandException(file + " is not UTF-8 text (expected: a receipt in JSON)", e);
    }
  }

  private static byte[] read(Path file, String expected) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new CommandException(
            file + " is larger than " + MAX_BYTES + " bytes (expected: " + expected + ")");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new CommandException(file + " does not exist (expected: " + expected + ")", e);
    } catch (IOException e) {
      throw new CommandException(file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
