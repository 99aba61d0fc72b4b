package io.myelin.cli.devnet;

import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.cli.CommandException;
import io.myelin.cli.devnet.genesis.Person;
import io.myelin.client.ClientSession;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.NodePool;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.v1.StoredWork;
import io.myelin.validator.ValidatorNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Owners who say together that honest work is a lie. Of all that validators can do by themselves
 * that takes the most from one person, a third of a node's stake and its place: to take a client's
 * money they would need a gateway too, and to stand still only takes time.
 */
final class CollusionStory implements PartyStory {
  private static final int TASKS = 8;

  /** They ask for a verdict at once, and again every ten seconds. */
  private static final Duration IN_VAIN = Duration.ofSeconds(25);

  private final PartyScene scene;
  private final List<Integer> colluding;

  CollusionStory(PartyScene scene, List<Integer> colluding) {
    this.scene = scene;
    this.colluding = List.copyOf(colluding);
  }

  @Override
  public boolean untilKnown() {
    scene.say("");
    scene.say(
        "Validators %s were told to call every answer a lie, each for the other (collude). %d"
            + " questions at gateway 1:",
        colluding, TASKS);
    Map<String, BigInteger> stakes = nodeStakes();
    ClientSession session = scene.open(1);
    scene.ask(session, TASKS);
    PartyScene.await(
        "they accuse nobody", () -> colluding.stream().allMatch(one -> accusations(one) > 0));
    boolean convicted = PartyScene.within(IN_VAIN, () -> frauds() > 0);
    long accusations = colluding.stream().mapToLong(this::accusations).sum();
    if (convicted) {
      scene.say("CONDEMNED, AND HONEST: %d nodes, of %d accusations", frauds(), accusations);
      return false;
    }
    BigInteger spentWei = scene.spentWei(session);
    Duration settled = scene.settle(session);
    SessionId id = SessionId.parse(session.id());
    InferencePayment.BatchSettledEvent event = scene.batchOf(id);
    BigInteger settledWei =
        scene.settled(id).earnedWei().stream().reduce(BigInteger.ZERO, BigInteger::add);
    BigInteger each = event.validatorsWei().divide(BigInteger.valueOf(event.signers().size()));
    boolean unpaid =
        colluding.stream()
            .map(one -> scene.validator(one).owner().address())
            .noneMatch(event.signers()::contains);
    boolean untouched = nodeStakes().equals(stakes);
    scene.say(
        "In vain: %d accusations, %d verdicts; the nodes' stakes are %s.",
        accusations, frauds(), untouched ? "whole" : "CUT");
    scene.say(
        "  settled     %s of the %s wei that nodes earned, by %d of %d, in %d ms",
        settledWei,
        spentWei,
        event.signers().size(),
        scene.devnet().validators().size(),
        settled.toMillis());
    scene.say(
        "  lost        their part of the batch: %s wei for each who signed, nothing for them",
        each);
    scene.say(
        "  cost        the others %d checks of honest work; nobody is slashed for a wrong finding",
        accusations);
    return untouched && unpaid && settledWei.equals(spentWei);
  }

  private Map<String, BigInteger> nodeStakes() {
    Map<String, BigInteger> all = new LinkedHashMap<>();
    for (Person node : scene.devnet().roster().compute()) {
      all.put(node.name(), scene.nodeStakeWei(node.node()));
    }
    return all;
  }

  private long frauds() {
    LogFilter filter =
        new LogFilter(
            List.of(scene.network().nodes().address()),
            List.of(List.of(NodePool.JudgedEvent.TYPE.topic())));
    List<EventLog> logs = scene.chain().logs(filter, 0, scene.chain().head().number());
    return logs.stream()
        .flatMap(log -> NodePool.event(log).stream())
        .filter(NodePool.JudgedEvent.class::isInstance)
        .map(NodePool.JudgedEvent.class::cast)
        .filter(judged -> judged.verdict() == NodeVerdict.FRAUD)
        .count();
  }

  /** Lies that one of them says to have found; the files are what it brings to the others. */
  private long accusations(int validator) {
    Path folder =
        scene.devnet().plan().validatorFolder(validator).resolve(ValidatorNode.EVIDENCE_FOLDER);
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).matches("work-.*\\.pb"))
          .filter(CollusionStory::isLie)
          .collect(Collectors.counting());
    } catch (IOException e) {
      throw new CommandException(folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static boolean isLie(Path file) {
    try {
      return StoredWork.parseFrom(Files.readAllBytes(file)).getConvicts();
    } catch (IOException e) {
      // It is being written.
      return false;
    }
  }
}
