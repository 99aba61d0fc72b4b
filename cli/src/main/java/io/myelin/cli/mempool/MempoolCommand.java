package io.myelin.cli.mempool;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.myelin.cli.CommandException;
import io.myelin.cli.CommandGroup;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.mempool.Announcement;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.PendingCancel;
import io.myelin.registry.mempool.MempoolClient;
import io.myelin.registry.mempool.MempoolCodec;
import io.myelin.v1.PendingEntry;
import io.myelin.v1.PendingQuery;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The mempool as registry nodes show it. */
@Command(
    name = "mempool",
    mixinStandardHelpOptions = true,
    description = {
      "Session requests that wait for any gateway of their subnet (./myelin session open --any).",
      "Every registry node has them all; anybody may look."
    },
    synopsisSubcommandLabel = "(list | show | cancel)",
    footer = {
      "",
      "Examples, at the running devnet:",
      "  ./myelin mempool list",
      "  ./myelin mempool show 4f1c...",
      "  ./myelin mempool cancel 1795000000000"
    })
public final class MempoolCommand extends CommandGroup {

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "What waits.",
      footer = {"", "Example:", "  ./myelin mempool list --client 0x1f0d..."})
  int list(
      @Mixin RegistryOptions where,
      @Option(
              names = "--client",
              paramLabel = "ADDRESS",
              description = "Of this client only.",
              defaultValue = "")
          String client) {
    PendingQuery.Builder query = PendingQuery.newBuilder();
    if (!client.isEmpty()) {
      query.setClient(bytes("--client", client, 20));
    }
    PrintWriter out = out();
    out.printf("%-42s %-16s %-24s %-22s %s%n", "CLIENT", "PLACE", "MODEL", "UNTIL", "BUDGET WEI");
    for (PendingEntry entry : pending(where, query.build())) {
      out.printf(
          "%-42s %-16d %-24s %-22s %s%n",
          hex(entry.getClient()),
          entry.getNonce(),
          entry.getModel(),
          time(entry.getValidUntilMillis()),
          new BigInteger(1, entry.getBudgetWei().toByteArray()));
    }
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = {
        "One request, with its signatures checked. One that is not shown was opened, replaced or",
        "cancelled, has expired, or its client cannot pay it any more."
      },
      footer = {"", "Example:", "  ./myelin mempool show 4f1c..."})
  int show(
      @Mixin RegistryOptions where,
      @Mixin NetworkOptions network,
      @Parameters(paramLabel = "ID", description = "The session's, 64 hex digits.") String id) {
    PendingQuery query = PendingQuery.newBuilder().setSessionId(bytes("ID", id, 32)).build();
    List<PendingEntry> found = pending(where, query);
    if (found.isEmpty()) {
      throw new CommandException("session " + id + " does not wait");
    }
    PendingEntry entry = found.getFirst();
    String checked;
    try (ChainAccess chain = network.open()) {
      Eip712Domain domain = chain.contracts().domain();
      Announcement one = MempoolCodec.announcement(entry, domain);
      checked = one.check(domain).map(Announcement.Problem::text).orElse("signatures hold");
    } catch (IllegalArgumentException e) {
      checked = String.valueOf(e.getMessage());
    }
    PrintWriter out = out();
    line(out, "session", id);
    line(out, "client", hex(entry.getClient()));
    line(out, "place", Long.toString(entry.getNonce()));
    line(out, "subnet", hex(entry.getSubnetId()));
    line(out, "model", entry.getModel());
    line(out, "redundancy", Integer.toString(entry.getRedundancy()));
    line(out, "budget", new BigInteger(1, entry.getBudgetWei().toByteArray()) + " wei");
    line(out, "until", time(entry.getValidUntilMillis()));
    line(out, "taken in by", hex(entry.getEntryGateway()));
    line(out, "task", entry.getTask().isEmpty() ? "none" : entry.getTask());
    line(out, "checked", checked);
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  @Command(
      name = "cancel",
      mixinStandardHelpOptions = true,
      description = {
        "Take back what the key's account has in a place, at every registry node. Gateways that",
        "keep to the rules open it no more; one that does not could until its time is over. To be",
        "sure, take back the allowance: ./myelin account approve 0."
      },
      footer = {"", "Example:", "  ./myelin mempool cancel 1795000000000"})
  int cancel(
      @Mixin RegistryOptions where,
      @Mixin NetworkOptions network,
      @Mixin KeyOptions keys,
      @Parameters(paramLabel = "PLACE", description = "As mempool list shows it.") long place) {
    if (place < 0) {
      throw wrong("PLACE: " + place + " (expected: 0 or more)");
    }
    boolean was;
    try (ChainAccess chain = network.open();
        MempoolClient calls = new MempoolClient()) {
      OperatorKey key = keys.open(chain);
      long until = System.currentTimeMillis() + RegistryOptions.LONGEST_WAIT.toMillis();
      PendingCancel cancel = new PendingCancel(key.address(), place, until);
      was =
          calls.cancel(
              where.nodes(),
              MempoolCodec.message(cancel, key.sign(chain.contracts().domain().digest(cancel))));
    } catch (StatusRuntimeException e) {
      throw said(e);
    }
    out().println(was ? "cancelled" : "nothing waits there; nothing will for an hour");
    out().flush();
    return CommandLine.ExitCode.OK;
  }

  private static List<PendingEntry> pending(RegistryOptions where, PendingQuery query) {
    List<URI> nodes = where.nodes();
    try (MempoolClient calls = new MempoolClient()) {
      return new ArrayList<>(calls.pending(nodes, query));
    } catch (StatusRuntimeException e) {
      throw said(e);
    }
  }

  private static CommandException said(StatusRuntimeException e) {
    return new CommandException("the mempool says: " + e.getStatus().getDescription());
  }

  private ByteString bytes(String name, String text, int length) {
    String digits = text.startsWith("0x") ? text.substring(2) : text;
    if (!digits.matches("[0-9a-fA-F]{" + 2 * length + "}")) {
      throw wrong(name + ": " + text + " (expected: " + 2 * length + " hex digits)");
    }
    return ByteString.copyFrom(HexFormat.of().parseHex(digits));
  }

  private static void line(PrintWriter out, String name, String value) {
    out.printf("%-12s %s%n", name, value);
  }

  private static String hex(ByteString bytes) {
    return "0x" + HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
