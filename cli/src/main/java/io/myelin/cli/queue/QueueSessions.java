package io.myelin.cli.queue;

import io.myelin.cli.CommandException;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds sessions and tasks of the queue by what a user typed of their ids. */
final class QueueSessions {
  private static final String BEGINNING = "(0x)?[0-9a-f]{4,64}";

  private final ChainAccess network;
  private final QueueReader reader;

  QueueSessions(ChainAccess network) {
    this.network = network;
    this.reader =
        new QueueReader(
            network.chain(), network.contracts(), network.firstBlock(network.chain().head()));
  }

  /**
   * A session of the queue.
   *
   * @param opened its terms
   * @param ledger as the queue has it now
   */
  record Live(SessionId id, TermsEvent.Opened opened, SessionQueue.Ledger ledger) {}

  QueueReader reader() {
    return reader;
  }

  /** The sessions that an account started, the oldest first. */
  List<Live> of(Address client) {
    List<Live> all = new ArrayList<>();
    for (SessionQueue.Event event :
        reader.events(
            List.of(
                List.of(SessionQueue.SessionStartedEvent.TYPE.topic()),
                List.of(),
                List.of(ChainTerms.word(client))))) {
      if (event instanceof SessionQueue.SessionStartedEvent started) {
        SessionId id = ChainTerms.sessionId(started.sessionId());
        reader.session(id).ifPresent(opened -> all.add(live(id, opened)));
      }
    }
    return all;
  }

  private Live live(SessionId id, TermsEvent.Opened opened) {
    return new Live(
        id, opened, network.contracts().queue().ledgerOf(ChainTerms.word(id)).on(network.chain()));
  }

  /**
   * The session that a user means.
   *
   * @param typed of its id; null for the newest that can take tasks
   * @throws CommandException when there is none, or more than one
   */
  Live find(Address client, @Nullable String typed) {
    List<Live> own = of(client);
    if (typed == null) {
      long nowSeconds = network.nowSeconds();
      return own.reversed().stream()
          .filter(one -> !one.ledger().finished() && one.ledger().expiresAt() > nowSeconds)
          .findFirst()
          .orElseThrow(
              () ->
                  new CommandException(
                      "account "
                          + client
                          + " has no session of the queue that can take tasks: open one with"
                          + " ./myelin queue open"));
    }
    String beginning = beginning(typed);
    return one(
        typed,
        own.stream().filter(live -> live.id().hex().startsWith(beginning)).toList(),
        "session of account " + client);
  }

  /** The same for a session that may be over; empty when no id begins so. */
  Optional<Live> named(Address client, String typed) {
    String beginning = beginning(typed);
    List<Live> found =
        of(client).stream().filter(live -> live.id().hex().startsWith(beginning)).toList();
    return found.isEmpty() ? Optional.empty() : Optional.of(one(typed, found, "session"));
  }

  /** The tasks of a session, the oldest first. */
  List<SessionQueue.TaskQueuedEvent> tasksOf(SessionId session) {
    return reader
        .events(
            List.of(
                List.of(SessionQueue.TaskQueuedEvent.TYPE.topic()),
                List.of(),
                List.of(ChainTerms.word(session))))
        .stream()
        .filter(SessionQueue.TaskQueuedEvent.class::isInstance)
        .map(SessionQueue.TaskQueuedEvent.class::cast)
        .toList();
  }

  /**
   * The task that a user means, of any session of the account.
   *
   * @throws CommandException when there is none, or more than one
   */
  TaskId task(Address client, String typed) {
    String beginning = beginning(typed);
    List<TaskId> found = new ArrayList<>();
    for (Live live : of(client)) {
      tasksOf(live.id()).stream()
          .map(queued -> QueueReader.id(queued.taskId()))
          .filter(id -> id.hex().startsWith(beginning))
          .forEach(found::add);
    }
    return one(typed, found, "task of account " + client);
  }

  private static String beginning(String typed) {
    String text = typed.toLowerCase(Locale.ROOT);
    if (!text.matches(BEGINNING)) {
      throw CommandException.usage(
          "ID: " + typed + " (expected: 4 to 64 hex digits, as ./myelin queue show prints them)");
    }
    return text.replaceFirst("^0x", "");
  }

  private static <T> T one(String typed, List<T> found, String what) {
    if (found.size() == 1) {
      return found.getFirst();
    }
    throw new CommandException(
        found.isEmpty()
            ? "no " + what + " begins with " + typed + ": ./myelin queue show lists them"
            : found.size() + " begin with " + typed + " (expected: one): give more digits");
  }
}
