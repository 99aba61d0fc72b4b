package io.myelin.cli.node;

import io.myelin.chain.ChainClient;
import io.myelin.chain.local.LocalChainSettings;
import io.myelin.chain.rpc.ChainSettings;
import io.myelin.chain.rpc.RpcChainClient;
import io.myelin.chain.store.ChainStore;
import io.myelin.chain.transaction.ChainSender;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.cli.CommandException;
import io.myelin.cli.peer.ValidatorUrls;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.compute.ComputeNode;
import io.myelin.compute.queue.QueueSettings;
import io.myelin.compute.queue.QueueWorker;
import io.myelin.compute.round.RoundConduct;
import io.myelin.compute.round.RoundSettings;
import io.myelin.compute.round.RoundWorker;
import io.myelin.compute.task.KeyCommitSigner;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.crypto.OperatorKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A compute node's side of the chain: it serves the queue beside its gateway, or without one, and
 * takes part in cognitive rounds.
 */
public final class QueueHost implements AutoCloseable {
  private final Deque<AutoCloseable> parts;

  private QueueHost(Deque<AutoCloseable> parts) {
    this.parts = parts;
  }

  /**
   * Starts to follow the queue.
   *
   * @param data the node's data folder
   * @param validators to ask for verdicts
   * @param node whose slots are used; closed after this
   * @param engine that the node runs on
   * @param conduct in cognitive rounds
   * @throws CommandException when the chain is not reached, is not this network's, or another
   *     process uses the folder
   */
  public static QueueHost start(
      Path data,
      OperatorKey key,
      ChainLink link,
      ValidatorUrls validators,
      ComputeNode node,
      InferenceEngine engine,
      int slots,
      RoundConduct conduct) {
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    QueueHost host = new QueueHost(parts);
    boolean whole = false;
    try {
      boolean local = link.chainId() == LocalChainSettings.CHAIN_ID;
      Path folder = QueueWorker.folderIn(data);
      ChainClient chain = RpcChainClient.connect(ChainSettings.of(link.chainId(), link.rpc()));
      parts.push(chain);
      NetworkContracts network = NetworkContracts.at(chain, link.directory());
      Files.createDirectories(folder);
      ChainStore store = ChainStore.open(folder.resolve("chain.db"));
      parts.push(store);
      ChainSender sender =
          ChainSender.start(
              chain,
              key,
              store.intents(link.chainId(), chain.genesis(), key.address()),
              local ? SenderPolicy.local() : SenderPolicy.standard(),
              InstantSource.system());
      parts.push(sender);
      CommitteeClient committee =
          CommitteeClient.connect(validators, chain, network, key, CommitteeSettings.standard());
      parts.push(committee);
      parts.push(
          QueueWorker.start(
              local
                  ? QueueSettings.local(folder, link.firstBlock(), slots)
                  : QueueSettings.standard(folder, link.firstBlock(), slots),
              key,
              engine,
              node.desk(),
              node.exams(),
              new KeyCommitSigner(
                  key, network.domain(), new SecureRandom(), InstantSource.system()),
              chain,
              network,
              store,
              sender,
              committee,
              InstantSource.system()));
      Path rounds = RoundWorker.folderIn(data);
      parts.push(
          RoundWorker.start(
              local ? RoundSettings.local(rounds) : RoundSettings.standard(rounds),
              key.address(),
              engine,
              node.desk(),
              chain,
              network,
              sender,
              committee,
              InstantSource.system(),
              new SecureRandom(),
              conduct));
      whole = true;
      return host;
    } catch (IOException | RuntimeException e) {
      throw new CommandException("the queue on chain: " + e.getMessage(), e);
    } finally {
      if (!whole) {
        host.close();
      }
    }
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("closing the node's side of the chain", e);
      }
    }
  }
}
