package io.myelin.cli.receipt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.node.CalibrationFiles;
import io.myelin.client.TaskStream;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.receipt.Check;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.receipt.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Checks a receipt, without a network unless one is named: exit status 0 when everything checked
 * held, 1 otherwise.
 */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Check a receipt offline and say, check by check, what held.",
      "With --rpc also against the chain that its session was settled on."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin verify receipt.json",
      "  ./myelin verify ~/.local/state/myelin/devnet/receipts/4f1c....json",
      "  ./myelin verify receipt.json --gateway 0x1f9a... --request request.json \\",
      "      --output answer.txt --chunks stream.txt",
      "  ./myelin verify receipt.json --proof proof.json --rpc https://rpc.example \\",
      "      --directory 0x5fbd...        also: was it settled, at the agreed price?",
      "  ./myelin verify receipt.json --explain",
      "  ./myelin verify --recheck evidence/work-9c1f....pb     with the model at hand",
      "",
      "FILE is a receipt as the gateway served it, or the file that devnet --ask and",
      "chat --receipt keep, which holds all the rest too. Of a receipt alone only what it",
      "says itself can be checked: that its signatures, commitments, counts and prices fit",
      "together. The options give the rest; they go before what such a file holds."
    })
public final class VerifyCommand extends MyelinCommand {
  private static final long MAX_BYTES = 16L << 20;

  @Parameters(paramLabel = "FILE", description = "The receipt, or the file that was kept.")
  @SuppressWarnings("NullAway.Init") // required, so picocli sets it
  private Path file;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "The whole answer as UTF-8 text, to check that it is the one receipted.")
  private @Nullable Path output;

  @Option(
      names = "--request",
      paramLabel = "FILE",
      description = {
        "The request's body as it was sent to /v1/chat/completions or /v1/completions,",
        "to check that this work was done. It must name its seed."
      })
  private @Nullable Path request;

  @Option(
      names = "--chunks",
      paramLabel = "FILE",
      description = {
        "The task's stream, to check the hash chain: what",
        "GET /api/v1/tasks/ID/stream answered with the session's key."
      })
  private @Nullable Path chunks;

  @Option(
      names = "--gateway",
      paramLabel = "ADDRESS",
      description = "The gateway that must have signed it.")
  private @Nullable String gateway;

  @Option(
      names = "--proof",
      paramLabel = "FILE",
      description = {
        "The receipt's way up to its session's root: what GET /api/v1/tasks/ID/proof",
        "answered once the session was settled."
      })
  private @Nullable Path proof;

  @Option(
      names = "--root",
      paramLabel = "HEX",
      description = "The root that was settled, when you know it from somewhere else.")
  private @Nullable String root;

  @Option(
      names = "--explain",
      description = "Say of every check what it proves, and what it does not.")
  private boolean explain;

  @Option(
      names = "--recheck",
      description = {
        "FILE is a validator's record of a node's work (evidence/work-....pb): find again,",
        "with the model on this machine, what it found."
      })
  private boolean recheck;

  @Option(
      names = "--calibration",
      paramLabel = "FILE",
      description = {
        "With --recheck of a run of measured answers: what ./myelin calibrate measured for",
        "nodes of their class and this machine (repeatable)."
      })
  private List<Path> calibrations = List.of();

  @Mixin private NetworkOptions where = new NetworkOptions();

  @Override
  public Integer call() {
    if (recheck) {
      if (!new WorkRecheck(out(), CalibrationFiles.read(calibrations))
          .holds(read(file, "a validator's record of work"))) {
        throw new CommandException(file + " does not hold: the model says otherwise here");
      }
      return CommandLine.ExitCode.OK;
    }
    TaskBundle bundle =
        TaskBundle.read(
            text(file, "a receipt, from the URL in the answer's Myelin-Receipt header"));
    if (gateway != null) {
      bundle = bundle.withGateway(address(gateway));
    }
    if (request != null) {
      bundle = bundle.withAsked(AskedWork.of(object(request), bundle.receipt()));
    }
    if (chunks != null) {
      bundle =
          bundle.withChunks(
              TaskStream.read(
                  text(chunks, "a saved GET /api/v1/tasks/ID/stream").lines().iterator()));
    }
    if (output != null) {
      bundle = bundle.withAnswer(text(output, "the answer's text"));
    }
    if (proof != null) {
      bundle = bundle.withProof(ReceiptProof.read(text(proof, "a proof of the gateway")));
    }
    Verification verification = withSettlement(bundle, bundle.verify());
    PrintWriter out = out();
    CheckTable.print(verification, out);
    if (explain) {
      meanings(verification, out);
    }
    missing(verification, out);
    if (verification.holds() && bundle.isAnswerFalse()) {
      throw new CommandException(
          file
              + " holds, and says that this answer is proven false: validators found that the model"
              + " did not say it. Who gave it is not paid; ask again");
    }
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

  /** The chain is asked only when the user names one: without, nothing leaves this machine. */
  private Verification withSettlement(TaskBundle bundle, Verification offline) {
    Receipt receipt;
    try {
      receipt = SignedReceipt.parse(bundle.receipt()).receipt();
    } catch (ReceiptFormatException e) {
      // The check "schema" has said so.
      return offline;
    }
    Optional<SettledSession> chain = Optional.empty();
    if (where.isGiven()) {
      try (ChainAccess network = where.open()) {
        chain = Optional.of(SettledSession.read(network, receipt.sessionId()));
      }
    }
    List<Check> checks = new ArrayList<>(offline.checks());
    checks.addAll(
        new SettlementChecks(
                receipt, bundle.proof(), Optional.ofNullable(root).map(this::digest), chain)
            .all());
    return new Verification(checks);
  }

  private static void meanings(Verification verification, PrintWriter out) {
    out.println();
    for (Check check : verification.checks()) {
      CheckMeaning meaning = CheckMeaning.of(check.name());
      out.println(check.name());
      out.println("  proves      " + meaning.proves());
      out.println("  leaves open " + meaning.leavesOpen());
    }
    out.println();
  }

  /** How to give what was missing. */
  private static void missing(Verification verification, PrintWriter out) {
    List<String> missing =
        verification.checks().stream()
            .filter(check -> check.outcome() == Check.Outcome.NOT_CHECKED)
            .map(Check::name)
            .toList();
    if (verification.check("merkle_path").isEmpty()) {
      out.println(
          "Whether it was settled: --rpc URL --directory ADDRESS (a devnet: --data DIR), and"
              + " --proof FILE");
    }
    if (missing.isEmpty()) {
      return;
    }
    out.println("To check the rest:");
    for (String name : missing) {
      out.println(
          switch (name) {
            case "gateway" -> "  --gateway ADDRESS  the one you asked; its operator says it";
            case "spec_digest" -> "  --request FILE     the body you sent, with a seed in it";
            case "output_digest" -> "  --output FILE      the whole answer as text";
            case "hash_chain" ->
                "  --chunks FILE      GET /api/v1/tasks/ID/stream, saved while the gateway has it";
            case "merkle_path" ->
                "  --proof FILE       GET /api/v1/tasks/ID/proof, once the session is settled";
            case "settled_root", "settlement_final" ->
                "  later              "
                    + name
                    + " needs a settlement, and its challenge window over";
            default -> "  " + name;
          });
    }
    out.flush();
  }

  private static ObjectNode object(Path file) {
    try {
      if (new ObjectMapper().readTree(text(file, "the body you sent")) instanceof ObjectNode body) {
        return body;
      }
      throw new CommandException(file + " holds no JSON object (expected: a request's body)");
    } catch (JsonProcessingException e) {
      throw new CommandException(file + " is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private Digest digest(String hex) {
    try {
      return Digest.parse(hex.startsWith("0x") ? hex.substring(2) : hex);
    } catch (IllegalArgumentException e) {
      throw wrong("--root: " + e.getMessage(), e);
    }
  }

  private Address address(String text) {
    try {
      return Address.parse(text);
    } catch (IllegalArgumentException e) {
      throw wrong("--gateway: " + e.getMessage(), e);
    }
  }

  private static String text(Path file, String expected) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(read(file, expected)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new CommandException(file + " is not UTF-8 text (expected: " + expected + ")", e);
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
