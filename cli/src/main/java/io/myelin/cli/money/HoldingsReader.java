package io.myelin.cli.money;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.ChainClient;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.Param;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Asks the contracts what an account has, as of one block. */
final class HoldingsReader {
  private final ChainAccess network;
  private final BlockHeader head;

  HoldingsReader(ChainAccess network, BlockHeader head) {
    this.network = network;
    this.head = head;
  }

  /**
   * Everything that the account holds.
   *
   * @param nodes that it owns, or did
   * @param gateways that it owns, or did
   */
  Holdings read(Address account, Set<Address> nodes, Set<Address> gateways) {
    ChainClient chain = network.chain();
    NetworkContracts contracts = network.contracts();
    long at = head.number();
    return new Holdings(
        account,
        contracts.chainId(),
        at,
        network.nowSeconds(),
        chain.balance(account),
        contracts.token().balanceOf(account).on(chain, at),
        contracts.token().allowance(account, contracts.addresses().payment()).on(chain, at),
        contracts.payment().credits(account).on(chain, at),
        registryCredits(account),
        stakes(account, nodes, gateways),
        Param.SETTLE_SECONDS.seconds(network));
  }

  private List<Holdings.RegistryCredit> registryCredits(Address account) {
    ChainClient chain = network.chain();
    NetworkContracts contracts = network.contracts();
    long at = head.number();
    return List.of(
        new Holdings.RegistryCredit(
            "ValidatorRegistry", contracts.validators().credits(account).on(chain, at)),
        new Holdings.RegistryCredit(
            "SubnetRegistry", contracts.subnets().credits(account).on(chain, at)),
        new Holdings.RegistryCredit("NodePool", contracts.nodes().credits(account).on(chain, at)));
  }

  private List<Holdings.Stake> stakes(Address account, Set<Address> nodes, Set<Address> gateways) {
    ChainClient chain = network.chain();
    NetworkContracts contracts = network.contracts();
    long at = head.number();
    List<Holdings.Stake> stakes = new ArrayList<>();
    ValidatorRegistry.Bond own = contracts.validators().bondOf(account).on(chain, at);
    add(
        stakes,
        Holdings.Kind.VALIDATOR,
        account,
        own.stakedWei(),
        own.unbondingWei(),
        own.withdrawableAt());
    for (Address node : nodes) {
      NodePool.Bond bond = contracts.nodes().bondOf(node).on(chain, at);
      add(
          stakes,
          Holdings.Kind.NODE,
          node,
          bond.stakedWei(),
          bond.unbondingWei(),
          bond.withdrawableAt());
    }
    for (Address gateway : gateways) {
      SubnetRegistry.Bond bond = contracts.subnets().bondOf(gateway).on(chain, at);
      add(
          stakes,
          Holdings.Kind.GATEWAY,
          gateway,
          bond.stakedWei(),
          bond.unbondingWei(),
          bond.withdrawableAt());
    }
    return stakes;
  }

  private static void add(
      List<Holdings.Stake> stakes,
      Holdings.Kind kind,
      Address key,
      BigInteger activeWei,
      BigInteger unbondingWei,
      long withdrawableAt) {
    if (activeWei.signum() > 0 || unbondingWei.signum() > 0) {
      stakes.add(new Holdings.Stake(kind, key, activeWei, unbondingWei, withdrawableAt));
    }
  }
}
