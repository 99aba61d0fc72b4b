package io.myelin.cli.devnet.genesis;

import io.myelin.chain.ChainClient;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.chain.local.LocalChain;
import io.myelin.chain.local.LocalChainException;
import io.myelin.chain.local.LocalChainSettings;
import io.myelin.chain.rpc.ChainSettings;
import io.myelin.chain.rpc.RpcChainClient;
import io.myelin.chain.store.ChainStore;
import io.myelin.cli.CommandException;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A local network's chain with all its contracts and people. */
public final class DevnetChain implements AutoCloseable {
  /** Where Ethereum's local chains are looked for first. */
  private static final int USUAL_PORT = 8_545;

  private final Path folder;
  private final LocalChain anvil;
  private final ChainClient chain;
  private final Genesis.Made made;

  private DevnetChain(Path folder, LocalChain anvil, ChainClient chain, Genesis.Made made) {
    this.folder = folder;
    this.anvil = anvil;
    this.chain = chain;
    this.made = made;
  }

  /**
   * Starts the chain where it was left, and brings whoever is missing onto it.
   *
   * @param root of the installation, which holds Anvil
   * @param folder where the chain is kept
   * @param usualPort whether it should have the usual port when that is free
   * @param subnets with what they list, and who serves them
   * @param slots of each compute node
   */
  public static DevnetChain start(
      Path root,
      Path folder,
      boolean usualPort,
      Roster roster,
      List<SubnetPlan> subnets,
      int slots) {
    LocalChain anvil;
    try {
      anvil =
          LocalChain.start(
              LocalChainSettings.forgetful(root)
                  .keptIn(folder, usualPort && isFree(USUAL_PORT) ? USUAL_PORT : 0));
    } catch (LocalChainException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
    boolean whole = false;
    try {
      ChainClient chain =
          RpcChainClient.connect(ChainSettings.of(anvil.chainId(), List.of(anvil.uri())));
      try (Purses purses =
          new Purses(anvil, chain, ChainStore.open(folder.resolve("genesis.db")))) {
        Genesis.Made made = Genesis.make(chain, purses, roster, subnets, slots);
        whole = true;
        return new DevnetChain(folder, anvil, chain, made);
      } finally {
        if (!whole) {
          chain.close();
        }
      }
    } finally {
      if (!whole) {
        anvil.close();
      }
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Where it is reached. */
  public URI rpc() {
    return anvil.uri();
  }

  /** Process id. */
  public long pid() {
    return anvil.processIds().getLast();
  }

  /** Reads the chain. */
  public ChainClient client() {
    return chain;
  }

  /** The contracts. */
  public NetworkContracts network() {
    return made.network();
  }

  /** The network's first subnet. */
  public Digest subnetId() {
    return made.subnetIds().getFirst();
  }

  /** Its subnets, in the order they were planned. */
  public List<Digest> subnetIds() {
    return made.subnetIds();
  }

  /** Fetches what these accounts are credited, each to itself; the admin pays the gas. */
  public void withdrawFor(Roster roster, List<Address> accounts) {
    try (Purses purses = new Purses(anvil, chain, ChainStore.open(folder.resolve("genesis.db")))) {
      for (Address account : accounts) {
        if (made.network().payment().credits(account).on(chain).signum() > 0) {
          purses.send(
              roster.admin(), "withdraw/" + account, made.network().payment().withdraw(account));
        }
      }
    }
  }

  /** Does something in somebody's name, and waits for it; its gas is given. */
  public void send(OperatorKey from, String what, ContractWrite write) {
    try (Purses purses = new Purses(anvil, chain, ChainStore.open(folder.resolve("genesis.db")))) {
      purses.send(from, what, write);
    }
  }

  /** Gives an account ether for its gas. */
  public void fund(Address account) {
    anvil.fund(account, BigInteger.TEN.pow(20));
  }

  /** Lets the chain's clock run ahead, as only a development chain can. */
  public void advance(Duration time) {
    anvil.cheats().advance(time);
    anvil.cheats().mine(1);
  }

  @Override
  public void close() {
    chain.close();
    anvil.close();
  }
}
