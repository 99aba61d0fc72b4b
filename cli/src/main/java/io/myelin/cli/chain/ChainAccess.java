package io.myelin.cli.chain;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import io.myelin.chain.RevertedException;
import io.myelin.chain.abi.AbiException;
import io.myelin.chain.local.LocalChainSettings;
import io.myelin.chain.rpc.ChainSettings;
import io.myelin.chain.rpc.RawRpc;
import io.myelin.chain.rpc.RpcChainClient;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.cli.CommandException;
import io.myelin.cli.Folders;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A network's chain and contracts, opened for one command. */
public final class ChainAccess implements AutoCloseable {
  private static final Duration FIRST_ANSWER = Duration.ofSeconds(10);

  private final NetworkAddress address;
  private final ChainClient chain;
  private final NetworkContracts contracts;
  private final OptionalLong firstBlock;
  private final InstantSource clock = InstantSource.system();

  private ChainAccess(
      NetworkAddress address,
      ChainClient chain,
      NetworkContracts contracts,
      OptionalLong firstBlock) {
    this.address = address;
    this.chain = chain;
    this.contracts = contracts;
    this.firstBlock = firstBlock;
  }

  /**
   * Connects, and finds the contracts.
   *
   * @param firstBlock before which nothing happened, when the user knows
   * @throws CommandException when nothing answers, the chain is another, or there is no network
   */
  static ChainAccess open(NetworkAddress address, OptionalLong firstBlock) {
    long chainId = chainId(address.endpoints());
    if (address.chainId().isPresent() && address.chainId().getAsLong() != chainId) {
      throw new CommandException(
          "the chain at "
              + names(address.endpoints())
              + " has id "
              + chainId
              + " (expected: "
              + address.chainId().getAsLong()
              + ", as devnet.json says): give the --rpc of the network you mean");
    }
    ChainClient chain = RpcChainClient.connect(ChainSettings.of(chainId, address.endpoints()));
    boolean opened = false;
    try {
      ChainAccess access = new ChainAccess(address, chain, contracts(chain, address), firstBlock);
      opened = true;
      return access;
    } finally {
      if (!opened) {
        chain.close();
      }
    }
  }

  private static NetworkContracts contracts(ChainClient chain, NetworkAddress address) {
    try {
      return NetworkContracts.at(chain, address.directory());
    } catch (AbiException | RevertedException e) {
      throw new CommandException(
          "the contract at "
              + address.directory()
              + " is no MyelinDirectory: give the network's own --directory",
          e);
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          e.getMessage()
              + ": "
              + (address.devnet().isPresent()
                  ? "start the devnet again, its chain began anew"
                  : "give the network's own --directory, and the --rpc of its chain"),
          e);
    }
  }

  private static long chainId(List<URI> endpoints) {
    List<String> failures = new ArrayList<>();
    for (URI endpoint : endpoints) {
      try (RawRpc rpc = new RawRpc(endpoint, FIRST_ANSWER)) {
        return rpc.chainId();
      } catch (RawRpc.CallFailedException e) {
        failures.add(names(List.of(endpoint)) + " (" + e.getMessage() + ")");
      } catch (NumberFormatException e) {
        failures.add(names(List.of(endpoint)) + " (it names no chain id)");
      }
    }
    throw new CommandException(
        "no chain answers at "
            + String.join(", ", failures)
            + ": start a network with ./myelin devnet, or give --rpc");
  }

  /** Where, without paths: they may hold API keys. */
  private static String names(List<URI> endpoints) {
    return String.join(
        ", ",
        endpoints.stream()
            .map(
                uri ->
                    uri.getScheme()
                        + "://"
                        + uri.getHost()
                        + (uri.getPort() < 0 ? "" : ":" + uri.getPort()))
            .toList());
  }

  /** The chain. */
  public ChainClient chain() {
    return chain;
  }

  /** The network's contracts on it. */
  public NetworkContracts contracts() {
    return contracts;
  }

  /** Key file of the devnet's client, when the network is a running devnet. */
  Optional<Path> devnetKey() {
    return address.devnet().flatMap(NetworkAddress.Devnet::keyFile);
  }

  /** Account of the devnet's client, when the network is a running devnet. */
  Optional<Address> devnetClient() {
    return address.devnet().flatMap(NetworkAddress.Devnet::client);
  }

  /** Where the devnet's validators answer; none when the network is another. */
  public List<URI> devnetValidators() {
    return address.devnet().map(NetworkAddress.Devnet::validators).orElse(List.of());
  }

  /** The devnet's subnet, when the network is a running devnet. */
  public Optional<Digest> devnetSubnet() {
    return address.devnet().flatMap(NetworkAddress.Devnet::subnet);
  }

  /** The model that the devnet's nodes serve, when the network is a running devnet. */
  public Optional<String> devnetModel() {
    return address.devnet().flatMap(NetworkAddress.Devnet::model);
  }

  /**
   * The time that the next block will have, in seconds: that of the newest, or the clock's where
   * that is later, since a quiet development chain makes no blocks.
   */
  public long nowSeconds() {
    return Math.max(chain.head().timestampSeconds(), clock.millis() / 1000);
  }

  /**
   * All logs that a filter wants, up to a block, in order, in as many pieces as the endpoints want.
   */
  public List<EventLog> logs(LogFilter filter, long fromBlock, BlockHeader upTo) {
    return LogRanges.read(chain, filter, fromBlock, upTo.number());
  }

  /** A block before which nothing of this network happened; 0 where the chain does not tell. */
  public long firstBlock(BlockHeader head) {
    if (firstBlock.isPresent()) {
      return firstBlock.getAsLong();
    }
    long none = -1;
    long there = head.number();
    // Far back a node may have no state any more: then its whole history is read.
    try {
      while (there - none > 1) {
        long middle = none + (there - none) / 2;
        if (isThere(middle)) {
          there = middle;
        } else {
          none = middle;
        }
      }
      return Math.max(0, there);
    } catch (ChainException e) {
      return 0;
    }
  }

  private boolean isThere(long block) {
    try {
      return contracts.directory().isComplete().on(chain, block);
    } catch (AbiException e) {
      // The directory itself came later.
      return false;
    }
  }

  /**
   * A key that sends transactions here, each exactly once, whatever crashes.
   *
   * @param progress where waiting is told
   */
  public Wallet wallet(OperatorKey key, PrintWriter progress) {
    boolean isLocal = contracts.chainId() == LocalChainSettings.CHAIN_ID;
    Path folder =
        address
            .devnet()
            .map(NetworkAddress.Devnet::data)
            .orElseGet(Folders::state)
            .resolve("wallet");
    return Wallet.open(
        chain, key, folder, isLocal ? SenderPolicy.local() : SenderPolicy.standard(), progress);
  }

  @Override
  public void close() {
    chain.close();
  }
}
