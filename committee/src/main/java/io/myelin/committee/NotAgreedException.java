package io.myelin.committee;

import io.myelin.protocol.ids.SessionId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A committee did not agree in time; says what each of its members answered. */
public final class NotAgreedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final long quorum;

  private final transient List<MemberAnswer> answers;
  private final transient List<BadSession> badSessions;

  /**
   * A session that members found wrong in a batch.
   *
   * @param members how many of them
   * @param reason what the first of them said: a reason in capitals, and words
   */
  public record BadSession(SessionId sessionId, int members, String reason) {}

  NotAgreedException(
      String what, long quorum, List<MemberAnswer> answers, List<BadSession> badSessions) {
    super(message(what, quorum, answers, badSessions));
    this.quorum = quorum;
    this.answers = List.copyOf(answers);
    this.badSessions = List.copyOf(badSessions);
  }

  /** Nobody was asked: what was proposed cannot be agreed to. */
  NotAgreedException(String message) {
    super(message);
    this.quorum = 0;
    this.answers = List.of();
    this.badSessions = List.of();
  }

  private static String message(
      String what, long quorum, List<MemberAnswer> answers, List<BadSession> badSessions) {
    long signed = answers.stream().filter(one -> one.reason().isEmpty()).count();
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (MemberAnswer answer : answers) {
      if (!answer.reason().isEmpty()) {
        counts.merge(answer.reason(), 1, Integer::sum);
      }
    }
    List<String> parts = new ArrayList<>();
    counts.forEach((reason, count) -> parts.add(count + " said " + reason));
    Set<SessionId> told = new HashSet<>();
    badSessions.stream()
        .filter(bad -> told.add(bad.sessionId()))
        .forEach(bad -> parts.add("session " + bad.sessionId().shortHex() + ": " + bad.reason()));
    return "%s: %d of %d members signed, %d must%s%s"
        .formatted(
            what,
            signed,
            answers.size(),
            quorum,
            parts.isEmpty() ? "" : "; ",
            String.join(", ", parts));
  }

  /** One for each seat, in order; none when what was proposed cannot be agreed to at all. */
  public List<MemberAnswer> answers() {
    return Objects.requireNonNullElse(answers, List.of());
  }

  /**
   * Sessions to leave out of a batch before it is proposed again; none for other proposals. One of
   * which several answers are false comes again for each, what most say first.
   */
  public List<BadSession> badSessions() {
    return Objects.requireNonNullElse(badSessions, List.of());
  }

  /** Each member's answer, a line each, for logs. */
  public String details() {
    return String.join("\n", answers().stream().map(MemberAnswer::text).toList());
  }

  /** How many would have had to agree; 0 when nobody was asked. */
  public long quorum() {
    return quorum;
  }
}
