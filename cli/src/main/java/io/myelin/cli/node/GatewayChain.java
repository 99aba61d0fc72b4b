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
import io.myelin.committee.Absences;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.committee.RollCall;
import io.myelin.committee.SilenceWatch;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.gateway.chain.ChainSessions;
import io.myelin.gateway.chain.CommitteeCalls;
import io.myelin.gateway.chain.Conduct;
import io.myelin.gateway.journal.Journal;
import io.myelin.protocol.crypto.OperatorKey;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** A gateway's side of the chain: client, contracts, sender of its key, committee, sessions. */
final class GatewayChain implements AutoCloseable {
  private final ChainClient client;
  private final NetworkContracts network;
  private final ChainStore store;
  private final ChainSender sender;
  private final CommitteeClient committee;
  private final RollCall rollCall;
  private final SilenceWatch silence;
  private final ChainSessions sessions;

  private GatewayChain(
      ChainClient client,
      NetworkContracts network,
      ChainStore store,
      ChainSender sender,
      CommitteeClient committee,
      RollCall rollCall,
      SilenceWatch silence,
      ChainSessions sessions) {
    this.client = client;
    this.network = network;
    this.store = store;
    this.sender = sender;
    this.committee = committee;
    this.rollCall = rollCall;
    this.silence = silence;
    this.sessions = sessions;
  }

  /**
   * Connects.
   *
   * @throws CommandException when the chain is not reached, or is not this network's
   */
  static GatewayChain open(
      Path folder,
      OperatorKey key,
      ChainLink link,
      ValidatorUrls validators,
      Journal journal,
      Conduct conduct) {
    ChainClient client = null;
    ChainStore store = null;
    ChainSender sender = null;
    try {
      client = RpcChainClient.connect(ChainSettings.of(link.chainId(), link.rpc()));
      NetworkContracts network = NetworkContracts.at(client, link.directory());
      store = ChainStore.open(folder.resolve("chain.db"));
      sender =
          ChainSender.start(
              client,
              key,
              store.intents(link.chainId(), client.genesis(), key.address()),
              policy(link.chainId()),
              InstantSource.system());
      CommitteeClient committee =
          CommitteeClient.connect(validators, client, network, key, CommitteeSettings.standard());
      committee.keepEvidence(folder.resolve("evidence"));
      RollCall rollCall = RollCall.of(validators, client, network, RollCall.PATIENCE);
      ChainWrites writes = new ChainWrites(sender);
      SilenceWatch silence =
          new SilenceWatch(
              new Absences(committee, rollCall, client, network),
              bench -> {
                var _ =
                    writes.press("bench/" + bench.owner() + "/" + bench.window(), bench.write());
              });
      committee.whenSilent(silence::heard);
      ChainSessions sessions =
          new ChainSessions(
              client,
              network,
              sender,
              new CommitteeCalls(committee),
              journal,
              link.subnetIds(),
              link.firstBlock(),
              conduct);
      return new GatewayChain(
          client, network, store, sender, committee, rollCall, silence, sessions);
    } catch (RuntimeException e) {
      if (sender != null) {
        sender.close();
      }
      if (store != null) {
        store.close();
      }
      if (client != null) {
        client.close();
      }
      throw new CommandException("the chain: " + e.getMessage(), e);
    }
  }

  private static SenderPolicy policy(long chainId) {
    return chainId == LocalChainSettings.CHAIN_ID ? SenderPolicy.local() : SenderPolicy.standard();
  }

  NetworkContracts network() {
    return network;
  }

  ChainSessions sessions() {
    return sessions;
  }

  /** Says on the chain where the gateway is. */
  Announcement announcement() {
    return new Announcement(client, network, sender);
  }

  /** What clients need to know to pay. */
  Map<String, String> contracts() {
    Map<String, String> named = new LinkedHashMap<>();
    named.put("MyelinDirectory", network.directory().address().toString());
    named.put("MyelinToken", network.token().address().toString());
    named.put("Session", network.sessions().address().toString());
    named.put("InferencePayment", network.payment().address().toString());
    return named;
  }

  @Override
  public void close() {
    sessions.close();
    silence.close();
    committee.close();
    rollCall.close();
    sender.close();
    store.close();
    client.close();
  }
}
