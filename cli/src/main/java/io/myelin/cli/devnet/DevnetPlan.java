package io.myelin.cli.devnet;

import io.myelin.cli.devnet.fault.PartyFaults;
import io.myelin.compute.fault.Fault;
import io.myelin.protocol.work.VerificationLevel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What to start.
 *
 * @param host address every listener binds to
 * @param port of the first gateway; the others take the next ones; 0 for any free ones
 * @param subnets how many, each with models, gateways and nodes of its own
 * @param gateways how many
 * @param computeNodes how many, spread over the gateways in turn
 * @param validators how many, each with an owner of its own
 * @param verification level of the session that it opens
 * @param data folder of keys, journals, evidence and logs
 * @param processes whether every node is a process of its own
 * @param faults by number of the compute node, from 1
 * @param faultTexts the same as the user wrote them, for nodes in processes of their own
 * @param parties validators and gateways that fail on purpose
 */
record DevnetPlan(
    String host,
    int port,
    int subnets,
    int gateways,
    int computeNodes,
    int validators,
    VerificationLevel verification,
    Path data,
    boolean processes,
    Map<Integer, List<Fault>> faults,
    Map<Integer, List<String>> faultTexts,
    PartyFaults parties) {

  /** Tasks a node of the devnet runs at once: a laptop's memory bounds it. */
  static final int SLOTS = 4;

  /** With every node a process: validators that have the model, as many as must agree. */
  static final int CHECKING_VALIDATORS = 3;

  /** Words of context of exams: what a laptop computes in two seconds or three. */
  static final int EXAM_CONTEXT = 256;

  /** Registry nodes: one may die. */
  static final int REGISTRIES = 2;

  /** Most time a stopping devnet gives to tasks that run. */
  static final int DRAIN_SECONDS = 3;

  DevnetPlan {
    data = data.toAbsolutePath();
    faults = Map.copyOf(faults);
    faultTexts = Map.copyOf(faultTexts);
  }

  /** With honest validators and gateways, and a session of which a sample is checked. */
  DevnetPlan(
      String host,
      int port,
      int subnets,
      int gateways,
      int computeNodes,
      int validators,
      Path data,
      boolean processes,
      Map<Integer, List<Fault>> faults,
      Map<Integer, List<String>> faultTexts) {
    this(
        host,
        port,
        subnets,
        gateways,
        computeNodes,
        validators,
        VerificationLevel.SAMPLED,
        data,
        processes,
        faults,
        faultTexts,
        PartyFaults.NONE);
  }

  /** Nodes of each task of the session that it opens. */
  int redundancy() {
    int perSubnet = computeNodes / subnets;
    return Math.max(verification.leastNodes(), Math.min(verification.usualNodes(), perSubnet));
  }

  /** Whether a node lies about its work. */
  boolean hasCheats() {
    return faults.values().stream().flatMap(List::stream).anyMatch(Fault::cheats);
  }

  /** Port of a gateway, from 1. */
  int portOf(int gateway) {
    return port == 0 ? 0 : port + gateway - 1;
  }

  /** Who serves which subnet. */
  SubnetLayout layout() {
    return new SubnetLayout(subnets, gateways, computeNodes);
  }

  Path gatewayFolder(int number) {
    return data.resolve("gateway-" + number);
  }

  Path computeFolder(int number) {
    return data.resolve("compute-" + number);
  }

  Path validatorFolder(int number) {
    return data.resolve("validator-" + number);
  }

  Path registryFolder(int number) {
    return data.resolve("registry-" + number);
  }

  Path chainFolder() {
    return data.resolve("chain");
  }

  Path clientKey() {
    return data.resolve("client.key");
  }
}
