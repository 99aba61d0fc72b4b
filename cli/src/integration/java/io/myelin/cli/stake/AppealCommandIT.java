package io.myelin.cli.stake;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.cli.testing.CommandRun;
import io.myelin.cli.testing.MoneyWorld;
import io.myelin.committee.CommitteeClient;
import io.myelin.compute.evidence.FileEvidenceStore;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.StoredCommitment;
import io.myelin.v1.StoredWork;
import io.myelin.v1.WorkRecord;
import io.myelin.validator.ValidatorNode;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.ShownWork;
import io.myelin.validator.testing.Validators;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An owner appeals by the command alone: of honest work, of a lie, and where too few can decide.
 */
final class AppealCommandIT {
  private static final String LIE = "liar";

  private static final WorkChecker MODEL =
      (_, evidence) ->
          CompletableFuture.completedFuture(
              evidence.getEquivalenceClass().equals(LIE)
                  ? new WorkFinding.Lie(WorkFinding.Kind.LOGPROBS, 0, "as scripted")
                  : new WorkFinding.Exact(evidence.getTokensCount()));

  @TempDir Path folder;
  private MoneyWorld money;
  private ChainWorld world;
  private Validators validators;
  private GatewaySide.Live live;

  @BeforeEach
  void start() throws Exception {
    money = MoneyWorld.start(folder, 7, 2);
    world = money.world();
    validators = Validators.start(world, folder, MODEL);
    try (CommitteeClient committee = validators.client(Validators.QUICK)) {
      live = new GatewaySide(world, 51).open(committee, 2, 1);
    }
  }

  @AfterEach
  void stop() {
    validators.close();
    money.close();
  }

  private ChainWorld.Person node() {
    return world.nodes().stream()
        .filter(one -> one.address().equals(live.brief().seats().getFirst().node()))
        .findFirst()
        .orElseThrow();
  }

  /** A quorum signs, whatever the work is; what the node did lies in its data folder. */
  private Digest convict(String kind) throws IOException {
    ShownWork work = ShownWork.of(world, live, kind, 1);
    WorkRecord record = work.record();
    Path data = folder.resolve("node");
    try (FileEvidenceStore store = FileEvidenceStore.open(data.resolve("evidence"), 8)) {
      store.seal(
          StoredCommitment.newBuilder()
              .setTaskId(record.getCommit().getTaskId())
              .setAttempt(1)
              .setGateway(record.getGateway())
              .setOffer(record.getOffer())
              .setCommit(record.getCommit().toBuilder().clearEvidence())
              .setEvidence(record.getCommit().getEvidence())
              .build());
    }
    Digest evidence = work.digest(world);
    world.convict(node(), evidence);
    return evidence;
  }

  private void makeSets() {
    for (int i = 0; i < 2; i++) {
      world.advance(Duration.ofMinutes(61));
      world.makeSet();
    }
  }

  private CommandRun appeal(OperatorKey owner, String... more) {
    List<String> all =
        new ArrayList<>(List.of("stake", "node", "appeal", node().address().toString()));
    all.addAll(List.of(more));
    return atValidators(owner, all);
  }

  private CommandRun atValidators(OperatorKey owner, List<String> words) {
    List<String> all = new ArrayList<>(words);
    for (URI url : validators.urls()) {
      all.addAll(List.of("--validator", url.toString()));
    }
    return money.runAs(owner, all.toArray(new String[0]));
  }

  private String evidence() {
    return folder.resolve("node").toString();
  }

  private String shown() {
    return money.run("stake", "node", "show", node().address().toString()).ok().out();
  }

  private BigInteger staked() {
    return world.network().nodes().bondOf(node().address()).on(world.chain()).stakedWei();
  }

  @Test
  void honestWorkIsOverturnedByOneCommand() throws Exception {
    OperatorKey owner = node().owner();
    Digest evidence = convict("honest");
    assertThat(shown())
        .contains("locked         30 MYL", "can be appealed until", "with a bond of 1.5 MYL")
        .contains("./myelin stake node appeal " + node().address());
    CommandRun asked =
        CommandRun.of(
            "doctor",
            "--node",
            node().address().toString(),
            "--rpc",
            world.anvil().uri().toString(),
            "--directory",
            world.network().directory().address().toString(),
            "--gateway",
            "http://127.0.0.1:1",
            "--data",
            folder.resolve("none").toString());
    assertThat(asked.out()).contains("appeal", "can be appealed until", "a bond of 1.5");

    assertThat(appeal(owner, "--evidence", folder.resolve("none").toString()).err())
        .contains("is not there", "without it, validators are asked");
    CommandRun poor = appeal(owner, "--evidence", evidence());
    assertThat(poor.err()).contains("has 0 MYL", "needed: 1.5 MYL");
    world.fund(owner, world.network().nodes().address(), ChainWorld.ether(2));
    assertThat(appeal(world.client(), "--evidence", evidence()).err()).contains("is not its owner");

    // Its set is not made yet: what was lodged is gone on with by the same command.
    CommandRun lodged = appeal(owner, "--evidence", evidence(), "--wait", "0");
    assertThat(lodged.status()).isEqualTo(1);
    assertThat(lodged.out())
        .contains("appeals with a bond of 1.5 MYL", "30 MYL", "of the stake are locked", "set 3");
    assertThat(lodged.err()).contains("waiting for set 3", "the same command goes on later");
    assertThat(shown()).contains("decided by a committee of set 3, which is not made yet");
    makeSets();
    assertThat(shown()).contains("a committee of set 3 decides until");

    CommandRun done = appeal(owner, "--evidence", evidence()).ok();
    assertThat(done.err()).contains("have no say in it", "found the work right");
    assertThat(done.out()).contains("Overturned: 30 MYL", "1.5", "account withdraw");
    assertThat(staked()).isEqualTo(ChainWorld.ether(100));
    world.advance(Duration.ofMinutes(61));
    world.makeSet();
    assertThat(shown()).contains("not tested yet", "points         0").doesNotContain("appeal");
    assertThat(appeal(owner, "--evidence", evidence(), "--verdict", "0x" + evidence).ok().out())
        .contains("overturned by other owners");
    assertThat(appeal(owner, "--evidence", evidence()).err())
        .contains("is not suspended by a verdict");
  }

  @Test
  void aRunIsFetchedFromWhoKeepsItAndOverturnedWithoutAFile() throws Exception {
    OperatorKey owner = node().owner();
    Charge run =
        Charge.ofRun(
            IntStream.rangeClosed(1, 5)
                .mapToObj(task -> ShownWork.of(world, live, "honest", task).record())
                .map(record -> SignedWork.of(record, world.domain()))
                .toList());
    world.convict(node(), run.digest());
    String nowhere = Files.createDirectory(folder.resolve("nothing")).toString();
    assertThat(appeal(owner, "--evidence", nowhere).err())
        .contains("asking validators", "none of 7 validators shows evidence 0x" + run.digest())
        .contains("it does not keep it");
    keep(run, 3);

    Path file = folder.resolve("fetched.pb");
    assertThat(fetch(world.client(), file).err())
        .contains("none of 7 validators shows", "REFUSED_ASKER", "not signed by");
    CommandRun fetched = fetch(owner, file).ok();
    assertThat(fetched.out())
        .contains("A run of 5 measured answers", "./myelin verify --recheck " + file);
    assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    assertThat(fetch(owner, file).err()).contains("is there already");
    for (SignedWork work : run.works()) {
      assertThat(fetched.out()).contains("task " + work.commit().taskId());
    }
    assertThat(new AppealEvidence(node().address(), run.digest(), world.domain()).find(file))
        .contains(run);

    makeSets();
    world.fund(owner, world.network().nodes().address(), ChainWorld.ether(2));
    CommandRun done = appeal(owner, "--evidence", nowhere).ok();
    assertThat(done.err()).contains("asking validators", "found the work right");
    assertThat(done.out()).contains("Overturned: 30 MYL");
  }

  @Test
  void whatNobodyShowsIsOverturnedByTheSameCommand() throws Exception {
    OperatorKey owner = node().owner();
    Digest madeUp = Sha256.hash(new byte[] {1, 2, 3});
    world.convict(node(), madeUp);
    String nowhere = Files.createDirectory(folder.resolve("nothing")).toString();
    world.fund(owner, world.network().nodes().address(), ChainWorld.ether(2));
    makeSets();

    CommandRun lodged = appeal(owner, "--evidence", nowhere, "--wait", "0");
    assertThat(lodged.status()).isEqualTo(1);
    assertThat(lodged.out())
        .contains("appeals with a bond of 1.5 MYL", "waits for the evidence, and checks it");
    assertThat(lodged.err())
        .contains("none of 7 validators shows evidence 0x" + madeUp)
        .contains("Who convicts a node has to show by what")
        .contains("may still be brought until", "the same command goes on later");

    world.advance(Duration.ofHours(36));
    CommandRun early = appeal(owner, "--evidence", nowhere);
    assertThat(early.status()).isEqualTo(1);
    assertThat(early.err())
        .contains("may not have heard of the evidence", "The same command asks again");
    validators.age(Duration.ofHours(1));
    CommandRun done = appeal(owner, "--evidence", nowhere).ok();
    assertThat(done.err()).contains("was shown no evidence");
    assertThat(done.out()).contains("Overturned: 30 MYL");
    assertThat(staked()).isEqualTo(ChainWorld.ether(100));
  }

  /** In a validator's folder, as it writes what it accuses a node by. */
  private void keep(Charge run, int validator) throws IOException {
    List<WorkRecord> records = run.works().stream().map(SignedWork::record).toList();
    Path file = ValidatorNode.workFile(folder.resolve("validator-" + validator), run.digest());
    Files.write(
        file,
        StoredWork.newBuilder()
            .setRecord(records.getFirst())
            .addAllOthers(records.subList(1, records.size()))
            .setFound("run")
            .setConvicts(true)
            .setChainId(world.domain().chainId())
            .setDirectory(ByteString.copyFrom(world.network().directory().address().bytes()))
            .build()
            .toByteArray());
  }

  private CommandRun fetch(OperatorKey owner, Path file) {
    return atValidators(
        owner,
        List.of(
            "stake", "node", "evidence", node().address().toString(), "--out", file.toString()));
  }

  @Test
  void aLieIsNotOverturned() throws Exception {
    OperatorKey owner = node().owner();
    convict(LIE);
    makeSets();
    world.fund(owner, world.network().nodes().address(), ChainWorld.ether(2));
    CommandRun vain = appeal(owner, "--evidence", evidence());
    assertThat(vain.status()).isEqualTo(1);
    assertThat(vain.err())
        .contains("not overturned", "REFUSED_APPEAL", "as scripted", "Still appealed");
    assertThat(staked()).isEqualTo(ChainWorld.ether(70));
    world.advance(Duration.ofDays(4));
    assertThat(appeal(owner, "--evidence", evidence()).err())
        .contains("nobody decided until", "the bond comes back");
  }

  @Test
  void whereTooFewAreLeftNoBondIsTaken() throws Exception {
    OperatorKey owner = node().owner();
    Digest evidence = convict("honest");
    world.fund(owner, world.network().nodes().address(), ChainWorld.ether(2));
    List<ChainWorld.Person> others =
        world.validators().stream()
            .filter(
                one ->
                    !world
                        .network()
                        .nodes()
                        .barredOf(node().address(), evidence)
                        .on(world.chain())
                        .contains(one.owner().address()))
            .toList();
    for (ChainWorld.Person one : others.subList(0, 2)) {
      world.send(one.owner(), world.network().validators().resign());
    }
    CommandRun refused = appeal(owner, "--evidence", evidence());
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err()).contains("2 owners could sit", "needed: 3", "no bond was taken");
  }
}
