package io.myelin.cli.stake;

import io.myelin.chain.Bytes;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.cli.CommandException;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.Confirmation;
import io.myelin.cli.chain.Param;
import io.myelin.cli.chain.Times;
import io.myelin.cli.chain.Wallet;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.typeddata.OperatorConsent;
import java.io.PrintWriter;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** One owner at one network, for one command: says what will happen, does it, says what is next. */
final class Desk implements AutoCloseable {
  private final ChainAccess network;
  private final OperatorKey ownerKey;
  private final Confirmation confirmation;
  private final PrintWriter out;
  private final PrintWriter err;
  private @Nullable Wallet wallet;

  Desk(
      ChainAccess network,
      OperatorKey ownerKey,
      Confirmation confirmation,
      PrintWriter out,
      PrintWriter err) {
    this.network = network;
    this.ownerKey = ownerKey;
    this.confirmation = confirmation;
    this.out = out;
    this.err = err;
  }

  ChainAccess network() {
    return network;
  }

  NetworkContracts contracts() {
    return network.contracts();
  }

  /** Who owns the stake, and pays. */
  Address owner() {
    return ownerKey.address();
  }

  /** The owner's key, for who is asked in its name. */
  OperatorKey ownerKey() {
    return ownerKey;
  }

  /** The operator's word that it works for this owner. */
  Bytes consent(OperatorKey operator) {
    if (operator.address().equals(owner())) {
      throw new CommandException(
          "the operator's key is the owner's own, "
              + owner()
              + " (expected: another): the operator's key lies on a machine that answers"
              + " strangers, and whoever took it would have the stake. Make one with"
              + " ./myelin account new --keystore operator.json");
    }
    OperatorConsent consent = new OperatorConsent(owner(), operator.address());
    return Bytes.of(operator.sign(contracts().domain().digest(consent)).bytes());
  }

  /** Says what is about to happen, and asks where somebody is there. */
  void plan(String... lines) {
    confirmation.ask(out, lines);
  }

  /** What coming out again takes, for a plan. */
  String wayOut(String command) {
    return "Out again: ./myelin stake "
        + command
        + ", and "
        + Times.span(Param.UNBONDING_SECONDS.seconds(network))
        + " later it can be fetched. Until then it can be slashed.";
  }

  /** The least that must be staked, for a plan; with what the owner has. */
  String least(Param minimum) {
    return "At least "
        + Amount.show(minimum.value(network))
        + " must be staked; the owner has "
        + Amount.show(contracts().token().balanceOf(owner()).on(network.chain()))
        + ".";
  }

  /** Lets a contract take an amount, where it may not yet. */
  void allow(Address spender, Amount amount) {
    BigInteger held = contracts().token().balanceOf(owner()).on(network.chain());
    if (held.compareTo(amount.wei()) < 0) {
      throw new CommandException(
          "owner "
              + owner()
              + " has "
              + Amount.show(held)
              + " in its wallet (needed: "
              + amount
              + "): send it more, or see ./myelin account money");
    }
    BigInteger allowed = contracts().token().allowance(owner(), spender).on(network.chain());
    if (allowed.compareTo(amount.wei()) < 0) {
      send(contracts().token().approve(spender, amount.wei()), "allow " + amount);
    }
  }

  /** Sends, and waits until it is in the chain. */
  void send(ContractWrite write, String what) {
    Wallet open = wallet;
    if (open == null) {
      open = network.wallet(ownerKey, err);
      wallet = open;
    }
    open.send(write, what);
  }

  /** Says what is so now, and what is next. */
  int done(String... lines) {
    for (String line : lines) {
      out.println(line);
    }
    out.flush();
    return 0;
  }

  /** When what was set on its way out can be fetched. */
  String fetchable(long withdrawableAtSeconds, String command) {
    return "From "
        + Times.at(withdrawableAtSeconds, network.nowSeconds())
        + ": ./myelin stake "
        + command;
  }

  @Override
  public void close() {
    if (wallet != null) {
      wallet.close();
    }
    network.close();
  }
}
