package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.committee.RoundCalls;
import io.myelin.committee.opening.SetRecords;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.round.RoundReader;
import io.myelin.contracts.round.RoundReader.Means;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.cognitive.RoundDraw;
import io.myelin.protocol.cognitive.RoundPiece;
import io.myelin.protocol.cognitive.RoundTasks;
import io.myelin.protocol.cognitive.RoundVerdict;
import io.myelin.protocol.cognitive.RoundVerdict.Found;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.cognitive.RoundWork;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.poi.Dispersion;
import io.myelin.protocol.selection.Candidate;
import io.myelin.v1.GiveRoundRequest;
import io.myelin.v1.ReadRoundReply;
import io.myelin.v1.ReadRoundRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this validator knows and finds of cognitive rounds. For any thread. */
final class RoundDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RoundDesk.class);

  private final ChainView view;
  private final NodePoolView pool;
  private final RoundReader reader;
  private final RoundShelf shelf = new RoundShelf();
  private final Optional<AnswerDesk> answers;
  private final Optional<Dispersion.Embedder> embedder;
  private final AtomicLong listensSinceSeconds = new AtomicLong(Long.MAX_VALUE);
  private volatile Optional<RoundCalls> others = Optional.empty();
  private @Nullable Measured measured;

  RoundDesk(
      ChainView view,
      NodePoolView pool,
      Optional<WorkChecker> checker,
      Optional<Dispersion.Embedder> embedder) {
    this.view = view;
    this.pool = pool;
    this.reader = new RoundReader(view.client(), view.network());
    this.answers = checker.map(AnswerDesk::new);
    this.embedder = embedder;
  }

  /** Whether it can check answers. */
  boolean isEquipped() {
    return answers.isPresent();
  }

  RoundReader reader() {
    return reader;
  }

  /** Who is in a window's round, as things stand; empty when too few can be. */
  Optional<RoundDraw> draw(long number) throws RefusedException {
    long set = view.network().validators().setVersion().on(view.client());
    if (set == 0) {
      return Optional.empty();
    }
    SetRecords records = pool.records(set);
    long beganSeconds = number * reader.times().windowSeconds();
    Map<Address, Address> free = pool.free();
    Map<Address, Means> means = reader.meansOf(free.keySet());
    List<Candidate> candidates = new ArrayList<>();
    free.forEach(
        (node, owner) -> {
          // The window's beginning, not now: members look at different moments.
          // Who has no gas serves gateways alone, and could not take part.
          Means its = Objects.requireNonNull(means.get(node), "asked for all");
          if (its.restsUntilSeconds() <= beganSeconds
              && its.balanceWei().compareTo(RoundDraw.LEAST_WEI) >= 0) {
            candidates.add(new Candidate(node, owner, records.weight(node)));
          }
        });
    Digest beacon = view.network().validators().beaconOf(set).on(view.client());
    return RoundDraw.of(beacon, number, candidates);
  }

  /** The round of a window, if there is one that may still go on. */
  RoundView require(long number) throws RefusedException {
    long nowSeconds = view.nowSeconds();
    listens(nowSeconds);
    long current = reader.times().windowOf(nowSeconds);
    long first = current - reader.times().windowsBack();
    shelf.retainFrom(first);
    if (number < first || number > current) {
      throw refused("window %d (expected: %d to %d)".formatted(number, first, current));
    }
    return reader.round(number).orElseThrow(() -> refused("there is no round of window " + number));
  }

  /** Takes what a node made, when the chain is bound to it. */
  void give(GiveRoundRequest request) throws RefusedException {
    long number = Fields.number("number", request.getNumber());
    RoundWork work = RoundWork.of(request.getContent());
    if (shelf.find(number, work.digest()).isPresent()) {
      return;
    }
    RoundView round = require(number);
    if (!round.binds(work.digest())) {
      throw refused("round %d is not bound to %s".formatted(number, work.digest()));
    }
    keep(round, work);
  }

  private void keep(RoundView round, RoundWork work) {
    if (shelf.add(round.number(), work)) {
      LOG.debug("round {}: {} of {}", round.number(), work.kind(), work.node());
      // So that the verdict does not have to wait for all of them.
      round.pieces().forEach(piece -> examine(round, piece));
    }
  }

  /** Takes what another has of a round; what the chain is not bound to is left out. */
  void add(RoundView round, List<ByteString> contents) {
    for (ByteString content : contents) {
      try {
        RoundWork work = RoundWork.of(content);
        if (round.binds(work.digest())) {
          keep(round, work);
        }
      } catch (IllegalArgumentException e) {
        // A node may bind itself to what is no content: that is as good as none.
        LOG.debug("round {}: {}", round.number(), e.getMessage());
      }
    }
  }

  /** What a verdict on a round turns on and is not here. */
  List<RoundPiece> missing(RoundView round) {
    return round.pieces().stream()
        .filter(piece -> shelf.find(round.number(), piece.digest()).isEmpty())
        .toList();
  }

  /** What a verdict on a round turns on and is here. */
  List<ByteString> contents(RoundView round) {
    return round.pieces().stream()
        .map(RoundPiece::digest)
        .distinct()
        .flatMap(digest -> shelf.find(round.number(), digest).stream())
        .map(RoundWork::bytes)
        .toList();
  }

  /** From now on what is missing is looked for at the other members of a round's committee. */
  void readFrom(RoundCalls calls) {
    others = Optional.of(calls);
  }

  /** Asks the other members for what is not here; blocks for some seconds at most. */
  void fetchMissing(RoundView round) throws InterruptedException {
    List<Digest> missing =
        missing(round).stream()
            .map(RoundPiece::digest)
            .filter(digest -> !digest.equals(Digest.ZERO))
            .distinct()
            .toList();
    if (others.isPresent() && !missing.isEmpty()) {
      add(round, List.copyOf(others.get().read(round.number(), missing).values()));
    }
  }

  /** It runs, so that nodes can bring it what they make. */
  void listens(long nowSeconds) {
    listensSinceSeconds.accumulateAndGet(nowSeconds, Math::min);
  }

  /**
   * What this validator finds of what a round turns on; blocks. What was never handed in is wrong:
   * whoever has it by then brings it, or does not agree.
   *
   * @param seconds that it may take
   */
  RoundVerdict verdict(RoundView round, int seconds) throws RefusedException {
    if (answers.isEmpty()) {
      throw new RefusedException(
          Reason.NOT_EQUIPPED, "this validator has no copy of the model; others decide");
    }
    Map<Address, Found> found = new HashMap<>();
    Map<Address, AnswerDesk.Pending> pending = new LinkedHashMap<>();
    List<RoundPiece> missing = missing(round);
    if (!missing.isEmpty()) {
      if (!round.isLate(view.nowSeconds())) {
        throw new RefusedException(
            Reason.BUSY, "%d pieces may still be handed in".formatted(missing.size()));
      }
      long sinceSeconds = Math.max(listensSinceSeconds.get(), seatedSinceSeconds());
      for (RoundPiece piece : missing) {
        if (round.wouldHave(piece, sinceSeconds)) {
          note(round, piece, Found.WRONG, "it was never handed in");
          found.put(piece.node(), Found.WRONG);
        }
      }
    }
    for (RoundPiece piece : round.pieces()) {
      examine(round, piece).ifPresent(check -> pending.put(piece.node(), check));
    }
    long deadlineNanos = System.nanoTime() + seconds * 1_000_000_000L;
    for (RoundPiece piece : round.pieces()) {
      AnswerDesk.Pending check = pending.get(piece.node());
      if (check != null) {
        AnswerDesk.Finding finding = check.await(deadlineNanos);
        note(round, piece, finding.found(), finding.detail());
        found.put(piece.node(), finding.found());
      }
    }
    return RoundVerdict.of(round.round().drawn(), found);
  }

  private static void note(RoundView round, RoundPiece piece, Found found, String detail) {
    LOG.info(
        "round {}: {} of {}: {}, {}", round.number(), piece.kind(), piece.node(), found, detail);
  }

  /** Since when the committee sits that judges now: nodes brought an earlier one what they made. */
  private long seatedSinceSeconds() {
    long set = view.network().validators().setVersion().on(view.client());
    return view.network().validators().madeAt(set).on(view.client());
  }

  /** Has a piece checked; empty when it is not here, or nothing can be said of it. */
  private Optional<AnswerDesk.Pending> examine(RoundView round, RoundPiece piece) {
    Optional<RoundWork> work = shelf.find(round.number(), piece.digest());
    if (answers.isEmpty() || work.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> misfit = piece.misfit(round, work.get());
    if (misfit.isPresent()) {
      return Optional.of(AnswerDesk.wrong(misfit.get()));
    }
    Optional<String> input =
        work.get().input().isEmpty()
            ? Optional.of(RoundTasks.fallback(piece.kind()))
            : shelf.find(round.number(), work.get().input().get()).map(RoundWork::text);
    return input.map(
        text ->
            answers
                .get()
                .check(
                    work.get().spec(round.number(), round.beganSeconds(), text),
                    work.get().content()));
  }

  /** Shows what a node made. */
  ReadRoundReply read(ReadRoundRequest request) throws RefusedException {
    long number = Fields.number("number", request.getNumber());
    Digest digest = Fields.digest("digest", request.getDigest());
    ReadRoundReply.Builder reply = ReadRoundReply.newBuilder();
    Optional<String> text = shelf.text(digest);
    if (text.isEmpty()) {
      return reply.build();
    }
    Optional<RoundView> round = reader.round(number);
    if (round.isEmpty() || !round.get().binds(digest)) {
      throw refused("round %d is not bound to %s".formatted(number, digest));
    }
    if (round.get().isAnswer(digest)) {
      if (!round.get().isOpened()) {
        throw refused("round %d waits for answers".formatted(number));
      }
      distance(round.get(), digest).ifPresent(reply::setDistanceMillis);
    }
    shelf.find(number, digest).ifPresent(work -> reply.setContent(work.bytes()));
    return reply.setText(text.get()).build();
  }

  /** How far an answer lies from the others, in thousandths; empty where that is not measured. */
  private Optional<Integer> distance(RoundView round, Digest digest) {
    if (embedder.isEmpty()) {
      return Optional.empty();
    }
    List<Digest> known = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (Address node : round.revealed()) {
      Digest one = round.answerDigest(node).orElseThrow();
      shelf
          .text(one)
          .ifPresent(
              text -> {
                known.add(one);
                texts.add(text);
              });
    }
    try {
      Dispersion dispersion = dispersion(texts);
      return Optional.of(
          (int) Math.round(dispersion.distances().get(known.indexOf(digest)) * 1_000));
    } catch (RuntimeException e) {
      LOG.warn("round {}: distances are not measured: {}", round.number(), e.toString());
      return Optional.empty();
    }
  }

  /** The last one asked for is kept: who looks at a round asks for each of its answers. */
  private synchronized Dispersion dispersion(List<String> texts) {
    Measured before = measured;
    if (before == null || !before.texts().equals(texts)) {
      before = new Measured(List.copyOf(texts), Dispersion.of(texts, embedder.orElseThrow()));
      measured = before;
    }
    return before.dispersion();
  }

  private record Measured(List<String> texts, Dispersion dispersion) {}

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_ROUND, detail);
  }

  @Override
  public void close() {
    answers.ifPresent(AnswerDesk::close);
  }
}
