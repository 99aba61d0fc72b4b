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
import io.myelin.protocol.cognitive.RoundNode;
import io.myelin.protocol.cognitive.RoundNode.Made;
import io.myelin.protocol.cognitive.RoundNode.Step;
import io.myelin.protocol.cognitive.RoundTasks;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.cognitive.RoundWork;
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
import io.myelin.v1.GenerationSpec;
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
import org.junit.jupiter.api.io.TempDir;

/**
 * A real chain whose time is moved, validators that begin, carry on and judge rounds by themselves,
 * and nodes and a model that are played.
 */
abstract class PlayedRounds {
  static final String HONEST = "honest";
  static final String LIAR = "liar";
  static final String OTHER = "other";
  static final Duration STAGE = Duration.ofMinutes(5);
  static final Duration WINDOW = Duration.ofMinutes(10);

  /** A played model's words follow from the seed alone. */
  static String words(GenerationSpec spec) {
    return "words by " + spec.getSampling().getSeed();
  }

  static final WorkChecker MODEL =
      (spec, evidence) ->
          CompletableFuture.completedFuture(
              switch (evidence.getEquivalenceClass()) {
                case LIAR -> new WorkFinding.Lie(WorkFinding.Kind.LOGPROBS, 0, "as played");
                case OTHER -> new WorkFinding.Undecided("as played");
                default ->
                    evidence.getChunks(0).getText().toStringUtf8().equals(words(spec))
                        ? new WorkFinding.Exact(evidence.getTokensCount())
                        : new WorkFinding.Lie(WorkFinding.Kind.SAMPLER, 0, "other words");
              });

  @TempDir Path folder;
  ChainWorld world;
  Validators validators;
  final List<CommitteeClient> clients = new ArrayList<>();
  RoundReader reader;
  long number;

  /** How nodes play; who is not in it is honest. */
  final Map<Address, String> classes = new HashMap<>();

  final Set<Address> silent = new HashSet<>();

  /** Nodes that bind themselves to what the first other one is bound to. */
  final Set<Address> copycats = new HashSet<>();

  /** Nodes that hand in, as their own, what the first other one made. */
  final Set<Address> told = new HashSet<>();

  /** Nodes that hand nothing in. */
  final Set<Address> secretive = new HashSet<>();

  final Map<Address, Map<Kind, Made>> made = new HashMap<>();
  final Map<Digest, ByteString> contents = new HashMap<>();

  @BeforeEach
  void start() throws Exception {
    world = ChainWorld.start(folder, 5, 9);
    validators = Validators.start(world, folder, MODEL);
    reader = new RoundReader(world.chain(), world.network());
    for (ChainWorld.Person validator : world.validators()) {
      world.anvil().fund(validator.address(), ChainWorld.ether(1));
      clients.add(validators.client(Validators.QUICK, validator.operator()));
    }
    listen();
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

  /** What {@link Duties} has them do from their start. */
  void listen() {
    for (int i = 0; i < clients.size(); i++) {
      validators.started(i).rounds().readFrom(clients.get(i).rounds());
      validators.started(i).rounds().listens(world.nowSeconds());
    }
  }

  void atNextWindow() {
    long windowSeconds = WINDOW.toSeconds();
    long now = world.nowSeconds();
    world.advance(Duration.ofSeconds((now / windowSeconds + 1) * windowSeconds - now + 1));
    number = world.nowSeconds() / windowSeconds;
  }

  List<Looked> look() throws InterruptedException {
    List<Looked> came = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      try (Leadership one =
          new Leadership(world.chain(), world.network(), world.validators().get(i).operator())) {
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

  RoundView round() {
    return reader.round(number).orElseThrow();
  }

  /** Everybody does what is to be done, until nothing is. */
  void play() throws InterruptedException {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (Address node : round().round().drawn()) {
        moved |= !silent.contains(node) && step(node);
      }
    }
  }

  boolean step(Address node) throws InterruptedException {
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

  void make(RoundView round, Address node, Step.Make make, Map<Kind, Made> own) {
    if (make.kind() == Kind.KIND_ANSWER && copycats.contains(node)) {
      own.put(Kind.KIND_ANSWER, answer(other(round, node)));
      return;
    }
    Address speaker =
        make.kind() == Kind.KIND_ANSWER && told.contains(node) ? other(round, node) : node;
    boolean known =
        make.input().isPresent()
            && contents.containsKey(make.input().get())
            && !secretive.contains(round.preparer());
    String input =
        known
            ? RoundWork.of(content(make.input().orElseThrow())).text()
            : RoundTasks.fallback(make.kind());
    GenerationSpec spec =
        RoundTasks.spec(
            make.kind(), "played", round.number(), round.beganSeconds(), speaker, input);
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
                        GeneratedChunk.newBuilder().setText(ByteString.copyFromUtf8(words(spec)))));
    if (known) {
      content.setInputDigest(bytes(make.input().orElseThrow()));
    }
    ByteString whole = content.build().toByteString();
    Digest digest = Sha256.hash(whole.toByteArray());
    Salt salt =
        Salt.of(Sha256.hash(node.bytes(), new byte[] {(byte) make.kind().getNumber()}).bytes());
    contents.put(digest, whole);
    own.put(make.kind(), new Made(digest, salt, Sha256.hash(salt, digest)));
  }

  /** The first other node that has an answer by now. */
  Address other(RoundView round, Address node) {
    return round.round().drawn().stream()
        .filter(other -> !other.equals(node))
        .filter(other -> made.getOrDefault(other, Map.of()).containsKey(Kind.KIND_ANSWER))
        .findFirst()
        .orElseThrow();
  }

  void tell(RoundView round, Address node, Map<Kind, Made> own) throws InterruptedException {
    if (secretive.contains(node)) {
      return;
    }
    for (Kind kind : RoundNode.told(round, node, own)) {
      ByteString content = content(Objects.requireNonNull(own.get(kind)).digest());
      assertThat(clients.getFirst().rounds().give(number, content, Set.of()).all()).isTrue();
    }
  }

  Made answer(Address node) {
    return Objects.requireNonNull(made.getOrDefault(node, Map.of()).get(Kind.KIND_ANSWER));
  }

  ByteString content(Digest digest) {
    return Objects.requireNonNull(contents.get(digest));
  }

  static ByteString bytes(FixedBytes value) {
    return ByteString.copyFrom(value.bytes());
  }

  Map<Address, StageMark> marks(NodeStage stage) {
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

  interface Asked {
    Object run() throws Exception;
  }

  static void assertRefused(Asked asked, String why) {
    NotAgreedException refused = catchThrowableOfType(NotAgreedException.class, asked::run);
    assertThat(Optional.of(refused)).isPresent();
    assertThat(refused).hasMessageContaining("REFUSED_ROUND");
    assertThat(refused.answers().toString()).contains(why);
  }
}
