package io.myelin.cli.money;

import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.Confirmation;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Wallet;
import io.myelin.client.ClientException;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings a client's money back, as far as the chain lets it now. */
@Command(
    name = "refund",
    mixinStandardHelpOptions = true,
    description = {
      "Bring back what a session did not spend.",
      "Does on chain whatever is next for it, says what that was, and what is left and when. Typing",
      "it again does no harm. Needs no gateway."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin session refund 4f1c0a93        the session whose id begins so",
      "  ./myelin session refund                 every session of the account that can move",
      "  ./myelin session refund 4f1c0a93 --keystore account.json \\",
      "      --rpc https://rpc.example --directory 0x5fbd...",
      "",
      "An active session is closed, when you name it: its gateway then has time to settle.",
      "One that nobody settled in time expires. One whose challenge window is over is paid out.",
      "Then your credits are fetched. ./myelin account money shows where everything is."
    })
public final class RefundCommand extends MyelinCommand {
  private static final String FULL = "[0-9a-f]{64}";
  private static final String PREFIX = "[0-9a-f]{4,63}";

  @Mixin private NetworkOptions where = new NetworkOptions();

  @Mixin private KeyOptions keys = new KeyOptions();

  @Mixin private Confirmation confirmation = new Confirmation();

  @Option(names = "--no-withdraw", description = "Leave the credits in the contract.")
  private boolean noWithdraw;

  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "The session's id, or how it begins (at least 4 digits). Default: all.")
  private @Nullable String id;

  @Override
  public Integer call() {
    String wanted = id == null ? "" : id.toLowerCase(Locale.ROOT);
    if (!wanted.isEmpty() && !wanted.matches(FULL) && !wanted.matches(PREFIX)) {
      throw wrong("ID: " + id + " (expected: 4 to 64 hex digits, as account money shows)");
    }
    try (ChainAccess network = where.open()) {
      OperatorKey key = keys.open(network);
      List<SessionMoney> sessions = sessions(network, key.address(), wanted);
      if (sessions.isEmpty()) {
        out().println("Account " + key.address() + " pays for no session that is not over.");
      }
      try (Wallet wallet = network.wallet(key, err())) {
        Refund refund = new Refund(network, wallet, out());
        int stuck = 0;
        if (wanted.isEmpty()) {
          stuck = bringAllOn(refund, sessions);
        } else {
          if (refund.wouldClose(sessions.getFirst())) {
            confirmation.ask(out(), refund.plan(sessions.getFirst()));
          }
          refund.bringOn(sessions.getFirst());
        }
        if (!noWithdraw) {
          refund.fetchCredits();
        }
        if (stuck > 0) {
          throw new CommandException(stuck + " sessions could not be brought on; why stands above");
        }
      }
      out().flush();
      return CommandLine.ExitCode.OK;
    }
  }

  /** One session that the chain refuses does not keep the others' money back. */
  private int bringAllOn(Refund refund, List<SessionMoney> sessions) {
    int stuck = 0;
    for (SessionMoney session : sessions) {
      if (refund.wouldClose(session)) {
        out().println(session.id() + "  is active; name it to close it");
        continue;
      }
      try {
        refund.bringOn(session);
      } catch (ClientException e) {
        stuck++;
        out().println("  " + e.getMessage());
      }
    }
    return stuck;
  }

  private static List<SessionMoney> sessions(ChainAccess network, Address account, String wanted) {
    MoneyReader reader = MoneyReader.now(network);
    if (wanted.matches(FULL)) {
      return List.of(
          reader
              .session(SessionId.parse(wanted))
              .orElseThrow(() -> unknown(wanted, "no session of that id was opened here")));
    }
    List<SessionMoney> own = reader.paidBy(account);
    if (wanted.isEmpty()) {
      return own.stream().filter(session -> !session.phase().isFinal()).toList();
    }
    List<SessionMoney> fitting =
        own.stream().filter(session -> session.id().toString().startsWith(wanted)).toList();
    return switch (fitting.size()) {
      case 0 -> throw unknown(wanted, "account " + account + " pays for none that begins so");
      case 1 -> fitting;
      default ->
          throw new CommandException(
              "session "
                  + wanted
                  + ": "
                  + fitting.size()
                  + " begin so (expected: one): give more digits");
    };
  }

  private static CommandException unknown(String wanted, String why) {
    return new CommandException(
        "session " + wanted + ": " + why + "; ./myelin account money --all shows them");
  }
}
