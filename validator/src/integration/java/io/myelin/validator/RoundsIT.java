package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.NotAgreedException;
import io.myelin.contracts.Cognitive;
import io.myelin.contracts.NodeStats;
import io.myelin.contracts.round.RoundReader;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.cognitive.CognitivePhase;
import io.myelin.protocol.cognitive.RoundDraw;
import io.myelin.protocol.cognitive.RoundNode;
import io.myelin.protocol.cognitive.RoundNode.Made;
import io.myelin.protocol.cognitive.RoundNode.Step;
import io.myelin.protocol.cognitive.RoundVerdict;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.FixedBytes;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.reputation.NodeStage;
import io.myelin.protocol.reputation.StageMark;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.Evidence;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.RoundContent;
import io.myelin.v1.RoundContent.Kind;
import io.myelin.validator.Leadership.Looked;
import io.myelin.validator.testing.Validators;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rounds that validators begin, carry on and judge by themselves, on a real chain whose time is
 * moved; nodes and their model are played.
 */
final class RoundsIT {
  private static final String HONEST = "honest";
  private static final String LIAR = "liar";
  private static final String OTHER = "other";
  private static final Duration STAGE = Duration.ofMinutes(5);
  private static final Duration WINDOW = Duration.ofMinutes(10);

  private static final WorkChecker MODEL =
      (_, evidence) ->
          CompletableFuture.completedFuture(
              switch (evidence.getEquivalenceClass()) {
                case LIAR -> new WorkFinding.Lie(WorkFinding.Kind.LOGPROBS, 0, "as played");
                case OTHER -> new WorkFinding.Undecided("as played");
                default -> new WorkFinding.Exact(evidence.getTokensCount());
              });

  @TempDir Path folder;
  private ChainWorld world;
  private Validators validators;
  private final List<CommitteeClient> clients = new ArrayList<>();
  private RoundReader reader;
  private long number;

  /** How nodes play; who is not in it is honest. */
  private final Map<Address, String> classes = new HashMap<>();

  private final Set<Address> silent = new HashSet<>();

  /** Nodes that bind themselves to what the first other one is bound to. */
  private final Set<Address> copycats = new HashSet<>();

  /** Nodes that hand nothing in. */
  private final Set<Address> secretive = new HashSet<>();

  private final Map<Address, Map<Kind, Made>> made = new HashMap<>();
  private final Map<Digest, ByteString> contents = new HashMap<>();

  @BeforeEach
  void start() throws Exception {
    world = ChainWorld.start(folder, 5, 9);
    validators = Validators.start(world, folder, MODEL);
    reader = new RoundReader(world.chain(), world.network());
    for (ChainWorld.Person validator : world.validators()) {
      world.anvil().fund(validator.address(), ChainWorld.ether(1));
      clients.add(validators.client(Validators.QUICK, validator.operator()));
    }
    for (ChainWorld.Person node : world.nodes()) {
      world.anvil().fund(node.address(), ChainWorld.ether(1));
    }
    atNextWindow();
  }

  @AfterEach
  void stop() {
    clients.forEach(CommitteeClient::close);
    validators.close();
    world.close();
  }

  private void atNextWindow() {
    long windowSeconds = WINDOW.toSeconds();
    long now = world.nowSeconds();
    world.advance(Duration.ofSeconds((now / windowSeconds + 1) * windowSeconds - now + 1));
    number = world.nowSeconds() / windowSeconds;
  }

  private List<Looked> look() throws InterruptedException {
    List<Looked> came = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      try (Leadership one =
          new Leadership(
              world.chain(), world.network(), world.validators().get(i).operator(), List.of())) {
        RoundWatch watch =
            new RoundWatch(
                world.chain(),
                world.network(),
                validators.started(i).rounds(),
                clients.get(i).rounds());
        came.add(one.look(watch, 0));
      }
    }
    // What the last of them sent may still wait for its block.
    world.anvil().cheats().mine(1);
    return came;
  }

  private RoundView round() {
    return reader.round(number).orElseThrow();
  }

  /** Everybody does what is to be done, until nothing is. */
  private void play() throws InterruptedException {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (Address node : round().round().drawn()) {
        moved |= !silent.contains(node) && step(node);
      }
    }
  }

  private boolean step(Address node) throws InterruptedException {
    RoundView round = round();
    Map<Kind, Made> own = made.computeIfAbsent(node, _ -> new EnumMap<>(Kind.class));
    OperatorKey key = world.keyOf(node);
    Cognitive contract = world.network().cognitive();
    Step step = RoundNode.next(round, node, own, world.nowSeconds());
    switch (step) {
      case Step.Rest _, Step.Forget _ -> {
        tell(round, node, own);
        return false;
      }
      case Step.Make make -> make(round, node, make, own);
      case Step.Create(var digest) -> world.send(key, contract.create(round.id(), digest));
      case Step.Prepare(var digest) -> world.send(key, contract.prepare(round.id(), digest));
      case Step.Start _ -> world.send(key, contract.start(round.id()));
      case Step.Precommit(var hash) -> world.send(key, contract.precommit(round.id(), hash));
      case Step.Commit(var salt, var digest) ->
          world.send(key, contract.commit(round.id(), Digest.of(salt.bytes()), digest));
    }
    tell(round(), node, own);
    return true;
  }

  private void make(RoundView round, Address node, Step.Make make, Map<Kind, Made> own) {
    if (make.kind() == Kind.KIND_ANSWER && copycats.contains(node)) {
      Address victim =
          round.round().drawn().stream()
              .filter(other -> !other.equals(node))
              .filter(other -> made.getOrDefault(other, Map.of()).containsKey(Kind.KIND_ANSWER))
              .findFirst()
              .orElseThrow();
      own.put(Kind.KIND_ANSWER, answer(victim));
      return;
    }
    RoundContent.Builder content =
        RoundContent.newBuilder()
            .setRoundId(bytes(round.id()))
            .setKind(make.kind())
            .setNode(bytes(node))
            .setModel("played")
            .setEvidence(
                Evidence.newBuilder()
                    .setEquivalenceClass(classes.getOrDefault(node, HONEST))
                    .addChunks(
                        GeneratedChunk.newBuilder()
                            .setText(ByteString.copyFromUtf8("words of " + make.kind()))));
    boolean known =
        make.input().isPresent()
            && contents.containsKey(make.input().get())
            && !secretive.contains(round.preparer());
    if (known) {
      content.setInputDigest(bytes(make.input().get()));
    }
    ByteString whole = content.build().toByteString();
    Digest digest = Sha256.hash(whole.toByteArray());
    Salt salt =
        Salt.of(Sha256.hash(node.bytes(), new byte[] {(byte) make.kind().getNumber()}).bytes());
    contents.put(digest, whole);
    own.put(make.kind(), new Made(digest, salt, Sha256.hash(salt, digest)));
  }

  private void tell(RoundView round, Address node, Map<Kind, Made> own)
      throws InterruptedException {
    if (secretive.contains(node)) {
      return;
    }
    for (Kind kind : RoundNode.told(round, node, own)) {
      ByteString content = content(Objects.requireNonNull(own.get(kind)).digest());
      assertThat(clients.getFirst().rounds().give(number, content, Set.of()).all()).isTrue();
    }
  }

  private Made answer(Address node) {
    return Objects.requireNonNull(made.getOrDefault(node, Map.of()).get(Kind.KIND_ANSWER));
  }

  private ByteString content(Digest digest) {
    return Objects.requireNonNull(contents.get(digest));
  }

  private static ByteString bytes(FixedBytes value) {
    return ByteString.copyFrom(value.bytes());
  }

  private Map<Address, StageMark> marks(NodeStage stage) {
    Map<Address, StageMark> marks = new HashMap<>();
    LogFilter filter =
        LogFilter.of(world.network().stats().address())
            .events(List.of(NodeStats.RecordedEvent.TYPE.topic()));
    LogRanges.read(world.chain(), filter, 0, world.chain().head().number()).stream()
        .flatMap(log -> NodeStats.event(log).stream())
        .map(NodeStats.RecordedEvent.class::cast)
        .filter(event -> event.stage() == stage.number())
        .forEach(event -> marks.put(event.node(), StageMark.of((int) event.mark())));
    return marks;
  }

  @Test
  void shouldBeginARoundAndJudgeEachAnswer() throws Exception {
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    List<Address> drawn = round().round().drawn();
    assertThat(drawn).hasSize(9);
    assertThat(round().round().answers()).hasSize(5);
    copycats.add(drawn.get(4));
    classes.put(drawn.get(5), LIAR);
    classes.put(drawn.get(6), OTHER);

    play();

    assertThat(round().phase()).isEqualTo(CognitivePhase.JUDGE);
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    assertThat(round().phase()).isEqualTo(CognitivePhase.ENDED);
    assertThat(marks(NodeStage.CORRECTNESS))
        .isEqualTo(
            Map.of(
                drawn.get(2), StageMark.SUCCESS,
                drawn.get(3), StageMark.SUCCESS,
                drawn.get(4), StageMark.INVALID,
                drawn.get(5), StageMark.INVALID));
    assertThat(marks(NodeStage.CREATE)).containsExactly(Map.entry(drawn.get(0), StageMark.SUCCESS));
    // Nobody is left who has rested: the next window has no round, and the one after neither.
    atNextWindow();
    assertThat(look()).doesNotContain(Looked.SENT);
  }

  @Test
  void shouldCallSparesForTheSilentAndGoOnWithoutWhatIsNotHandedIn() throws Exception {
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    List<Address> drawn = round().round().drawn();
    Address creator = drawn.get(0);
    silent.add(creator);
    // Its questions stay with it: the others answer the fixed ones.
    secretive.add(drawn.get(1));
    // Its answer as well: nothing can be said of it.
    secretive.add(drawn.get(2));
    play();
    assertThat(look()).doesNotContain(Looked.SENT);
    world.advance(STAGE);
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    assertThat(round().creator()).isEqualTo(drawn.get(7));
    play();
    assertThat(round().phase()).isEqualTo(CognitivePhase.JUDGE);

    // Somebody may still bring what is missing.
    assertThat(look()).doesNotContain(Looked.SENT);
    world.advance(STAGE.dividedBy(2));
    assertThat(look()).containsOnlyOnce(Looked.SENT);

    assertThat(round().phase()).isEqualTo(CognitivePhase.ENDED);
    assertThat(marks(NodeStage.CREATE))
        .isEqualTo(Map.of(creator, StageMark.TIMEOUT, drawn.get(7), StageMark.SUCCESS));
    Map<Address, StageMark> right = new HashMap<>();
    drawn.subList(3, 7).forEach(node -> right.put(node, StageMark.SUCCESS));
    assertThat(marks(NodeStage.CORRECTNESS)).isEqualTo(right);
  }

  @Test
  void shouldFailARoundThatNobodyTakesPartIn() throws Exception {
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    List<Address> drawn = round().round().drawn();
    // The creator and each of the two spares.
    for (int i = 0; i < 3; i++) {
      world.advance(STAGE);
      // The next windows have no round: everybody rests, and two are too few.
      assertThat(look()).containsOnlyOnce(Looked.SENT);
    }

    assertThat(round().phase()).isEqualTo(CognitivePhase.FAILED);
    assertThat(marks(NodeStage.CREATE))
        .isEqualTo(
            Map.of(
                drawn.get(0), StageMark.TIMEOUT,
                drawn.get(7), StageMark.TIMEOUT,
                drawn.get(8), StageMark.TIMEOUT));
    assertThat(marks(NodeStage.CORRECTNESS)).isEmpty();
  }

  @Test
  void shouldRefuseWhatIsNotTheDrawNorFoundNorBound() throws Exception {
    // It has no ether, so it serves gateways alone.
    ChainWorld.Person poor = world.addNode();
    world.judge(poor, 0);
    RoundDraw draw = validators.started(0).rounds().draw(number).orElseThrow();
    assertThat(draw.nodes()).hasSize(9).doesNotContain(poor.address());
    List<Address> friends = new ArrayList<>(draw.nodes().reversed());
    assertRefused(
        () -> clients.getFirst().rounds().approve(number, new RoundDraw(friends, 5)), "drawn:");
    assertRefused(() -> clients.getFirst().rounds().approve(number - 5, draw), "window");
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    assertRefused(() -> clients.getFirst().rounds().approve(number, draw), "has begun");

    List<Address> drawn = round().round().drawn();
    classes.put(drawn.get(3), LIAR);
    silent.add(drawn.get(6));
    play();
    world.advance(STAGE);
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    // The spare that was called starts, then all precommit; who reveals is not shown yet.
    silent.add(drawn.get(5));
    play();
    Digest answer = answer(drawn.get(2)).digest();
    assertThat(round().phase()).isEqualTo(CognitivePhase.PRECOMMIT);
    silent.remove(drawn.get(5));
    for (Address node : drawn.subList(2, 6)) {
      boolean moves = true;
      while (moves && round().phase() == CognitivePhase.PRECOMMIT) {
        moves = step(node);
      }
    }
    assertThat(round().phase()).isEqualTo(CognitivePhase.COMMIT);
    assertThat(step(drawn.get(2))).isTrue();
    assertThat(clients.getFirst().rounds().read(number, answer)).isEmpty();
    ByteString unbound = content(answer).concat(ByteString.copyFrom(new byte[] {0x3a, 0}));
    assertThat(clients.getFirst().rounds().give(number, unbound, Set.of()).owners()).isEmpty();
    play();

    assertThat(round().phase()).isEqualTo(CognitivePhase.JUDGE);
    assertThat(clients.getFirst().rounds().read(number, answer)).isPresent();
    RoundVerdict kind = new RoundVerdict(round().revealed(), List.of());
    assertRefused(
        () -> clients.getFirst().rounds().judge(number, kind, List.of()), "as found here");
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    assertThat(marks(NodeStage.CORRECTNESS).get(drawn.get(3))).isEqualTo(StageMark.INVALID);
    assertThat(marks(NodeStage.START).get(drawn.get(6))).isEqualTo(StageMark.TIMEOUT);
  }

  private interface Asked {
    Object run() throws Exception;
  }

  private static void assertRefused(Asked asked, String why) {
    NotAgreedException refused = catchThrowableOfType(NotAgreedException.class, asked::run);
    assertThat(Optional.of(refused)).isPresent();
    assertThat(refused).hasMessageContaining("REFUSED_ROUND");
    assertThat(refused.answers().toString()).contains(why);
  }
}
