package io.myelin.cli.money;

import io.myelin.chain.abi.ContractWrite;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.Wallet;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.ids.Address;
import java.io.PrintWriter;
import java.math.BigInteger;

/** Fetches what contracts have ready for an account. */
public final class Credits {
  private Credits() {}

  /**
   * Pays an account's credits out to itself, from every contract that has some.
   *
   * @param wallet who pays the gas; it may be another account
   * @return how much was fetched, in wei
   */
  public static BigInteger fetch(
      ChainAccess network, Wallet wallet, Address account, PrintWriter out) {
    NetworkContracts contracts = network.contracts();
    BigInteger payment = contracts.payment().credits(account).on(network.chain());
    BigInteger validators = contracts.validators().credits(account).on(network.chain());
    BigInteger subnets = contracts.subnets().credits(account).on(network.chain());
    BigInteger nodes = contracts.nodes().credits(account).on(network.chain());
    BigInteger sum = payment.add(validators).add(subnets).add(nodes);
    if (sum.signum() == 0) {
      out.println("No credits to fetch.");
      return sum;
    }
    BigInteger before = contracts.token().balanceOf(account).on(network.chain());
    fetch(wallet, payment, contracts.payment().withdraw(account), "InferencePayment", out);
    fetch(
        wallet,
        validators,
        contracts.validators().withdrawCredit(account),
        "ValidatorRegistry",
        out);
    fetch(wallet, subnets, contracts.subnets().withdrawCredit(account), "SubnetRegistry", out);
    fetch(wallet, nodes, contracts.nodes().withdrawCredit(account), "NodePool", out);
    out.println("  before   " + Amount.show(before));
    out.println(
        "  after    " + Amount.show(contracts.token().balanceOf(account).on(network.chain())));
    return sum;
  }

  private static void fetch(
      Wallet wallet, BigInteger wei, ContractWrite write, String contract, PrintWriter out) {
    if (wei.signum() > 0) {
      wallet.send(write, "fetch credits");
      out.println("Fetched " + Amount.show(wei) + " from " + contract + ".");
      out.flush();
    }
  }
}
