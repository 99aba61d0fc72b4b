package io.myelin.protocol.committee;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.VerdictSeal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.IntStream;

/** A committee in virtual time, whose members behave in any way, asked by the real machine. */
final class RoundWorld {
  static final Eip712Domain DOMAIN = Eip712Domain.local();
  static final Digest ROUND = hash("round");
  static final Digest SUBJECT = hash("subject");
  static final Digest CONTENT = DOMAIN.digest(new Attestation(hash("kind"), SUBJECT, hash("yes")));
  static final long MOMENT = 100;
  static final long SEALS_BY = 15_000;
  static final long ENDS_BY = 20_000;

  /** Ways to behave. */
  enum Manner {
    AGREES,
    REFUSES,
    DECLINES,
    SILENT,
    SEALS_GARBAGE,
    SEALS_AND_IS_SILENT,
    REVEALS_ANOTHER,
    SIGNS_ANOTHER_CONTENT,
    REPLAYS_AN_OLDER_SEAL,
    ANSWERS_FOR_ANOTHER,
    SEALS_TWICE
  }

  /** Something on its way. */
  record Mail(long atMillis, RoundEvent event) {}

  private static final List<OperatorKey> KEYS =
      IntStream.range(0, 9).mapToObj(i -> OperatorKey.generate(new Random(i))).toList();

  private final List<Manner> manners;
  private final Random random;
  private final int slowMillis;
  private final PriorityQueue<Mail> mail =
      new PriorityQueue<>(Comparator.comparingLong(Mail::atMillis));
  private final List<List<SignedSeal>> shown = new ArrayList<>();
  RoundState state;
  long nowMillis;

  RoundWorld(List<Manner> manners, int quorum, int slowMillis, long seed) {
    this.manners = manners;
    this.random = new Random(seed);
    this.slowMillis = slowMillis;
    List<Optional<Address>> operators =
        IntStream.range(0, manners.size())
            .mapToObj(seat -> Optional.of(KEYS.get(seat).address()))
            .toList();
    this.state =
        RoundState.fresh(
            new RoundTerms(
                ROUND,
                SUBJECT,
                DOMAIN,
                operators,
                quorum,
                Verdict.attesting(CONTENT),
                MOMENT,
                SEALS_BY,
                ENDS_BY));
  }

  static Digest hash(String text) {
    return Keccak256.hash(text.getBytes(StandardCharsets.UTF_8));
  }

  /** What was shown whenever a member was asked to open its seal. */
  List<List<SignedSeal>> shown() {
    return shown;
  }

  long count(Manner manner) {
    return manners.stream().filter(manner::equals).count();
  }

  void run() {
    take(new RoundEvent.Began());
    while (state.outcome().isEmpty()) {
      long wake = state.wakeMillis();
      Mail next = mail.peek();
      if (next != null && next.atMillis() <= wake) {
        mail.remove();
        nowMillis = Math.max(nowMillis, next.atMillis());
        take(next.event());
      } else {
        if (wake < nowMillis || (wake == nowMillis && nowMillis > ENDS_BY)) {
          throw new AssertionError("it wakes at " + wake + " and it is " + nowMillis);
        }
        nowMillis = wake;
        take(new RoundEvent.Tick());
      }
    }
  }

  private void take(RoundEvent event) {
    RoundMachine.Step step = RoundMachine.step(state, event, nowMillis);
    state = step.state();
    for (RoundEffect effect : step.effects()) {
      switch (effect) {
        case RoundEffect.AskSeal(int seat) -> seal(seat);
        case RoundEffect.AskReveal(int seat, List<SignedSeal> seals) -> {
          shown.add(seals);
          reveal(seat);
        }
        case RoundEffect.End _ -> {}
      }
    }
  }

  private void post(RoundEvent event) {
    long at = nowMillis + random.nextInt(slowMillis);
    mail.add(new Mail(at, event));
    if (random.nextInt(4) == 0) {
      mail.add(new Mail(at + random.nextInt(slowMillis), event));
    }
  }

  private static Verdict verdict(Manner manner, int seat) {
    return switch (manner) {
      case REFUSES -> new Verdict.No("REFUSED_DRAW: others");
      case SIGNS_ANOTHER_CONTENT -> new Verdict.Yes(KEYS.get(seat).sign(hash("other")));
      default -> new Verdict.Yes(KEYS.get(seat).sign(CONTENT));
    };
  }

  private static Salt salt(int seat) {
    return Salt.of(hash("salt" + seat).bytes());
  }

  private static SignedSeal signed(int seat, Digest round, Digest seal) {
    VerdictSeal what = new VerdictSeal(SUBJECT, round, seal);
    OperatorKey key = KEYS.get(seat);
    return new SignedSeal(key.address(), what, key.sign(DOMAIN.digest(what)));
  }

  private void seal(int seat) {
    Manner manner = manners.get(seat);
    Digest honest =
        SignedSeal.sealOf(
            ROUND, KEYS.get(seat).address(), verdict(manner, seat).payload(), salt(seat));
    switch (manner) {
      case SILENT -> post(new RoundEvent.Silent(seat, "no answer"));
      case DECLINES -> post(new RoundEvent.Declined(seat, "NOT_SEATED: no"));
      case SEALS_GARBAGE -> post(new RoundEvent.GaveSeal(seat, signed(seat, ROUND, hash("?"))));
      case REPLAYS_AN_OLDER_SEAL ->
          post(new RoundEvent.GaveSeal(seat, signed(seat, hash("older"), honest)));
      case ANSWERS_FOR_ANOTHER ->
          post(new RoundEvent.GaveSeal(seat, signed((seat + 1) % KEYS.size(), ROUND, honest)));
      case SEALS_TWICE -> {
        post(new RoundEvent.GaveSeal(seat, signed(seat, ROUND, honest)));
        post(new RoundEvent.GaveSeal(seat, signed(seat, ROUND, hash("second"))));
      }
      default -> post(new RoundEvent.GaveSeal(seat, signed(seat, ROUND, honest)));
    }
    // Words of who was not asked change nothing.
    RoundEvent early = new RoundEvent.Opened(seat, Payload.of(new byte[] {1}), salt(seat));
    if (!RoundMachine.step(state, early, nowMillis).state().equals(state)) {
      throw new AssertionError("seat " + seat + " opened a seal that nobody asked for");
    }
  }

  private void reveal(int seat) {
    Manner manner = manners.get(seat);
    Payload honest = verdict(manner, seat).payload();
    switch (manner) {
      case SEALS_AND_IS_SILENT -> post(new RoundEvent.Silent(seat, "no answer"));
      case REVEALS_ANOTHER ->
          post(new RoundEvent.Opened(seat, new Verdict.No("REFUSED_X: y").payload(), salt(seat)));
      default -> post(new RoundEvent.Opened(seat, honest, salt(seat)));
    }
  }
}
