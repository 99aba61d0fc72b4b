package io.myelin.cli.chain;

import io.myelin.chain.RevertReason;
import io.myelin.chain.abi.AbiError;
import io.myelin.chain.abi.Reverts;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.contracts.Cognitive;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.MyelinDirectory;
import io.myelin.contracts.MyelinToken;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.NodeStats;
import io.myelin.contracts.Parameters;
import io.myelin.contracts.Session;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.ValidatorRegistry;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Why contracts refuse, in sentences: what was wrong, and what to do. */
final class Refusals {
  private static final Reverts REVERTS = new Reverts(errors());

  private Refusals() {}

  private static List<AbiError> errors() {
    List<AbiError> errors = new ArrayList<>();
    errors.addAll(Cognitive.ERRORS);
    errors.addAll(MyelinDirectory.ERRORS);
    errors.addAll(MyelinToken.ERRORS);
    errors.addAll(NodeStats.ERRORS);
    errors.addAll(Parameters.ERRORS);
    errors.addAll(Session.ERRORS);
    errors.addAll(SessionQueue.ERRORS);
    errors.addAll(SubnetRegistry.ERRORS);
    errors.addAll(ValidatorRegistry.ERRORS);
    errors.addAll(NodePool.ERRORS);
    errors.addAll(InferencePayment.ERRORS);
    return errors;
  }

  /** Of an outcome that is none of success. */
  static String sentence(TransactionOutcome outcome) {
    return outcome
        .reason(REVERTS)
        .map(Refusals::sentence)
        .orElseGet(
            () ->
                outcome instanceof TransactionOutcome.Rejected rejected
                    ? rejected.message()
                    : "no reason given");
  }

  /** One line without a full stop. */
  static String sentence(RevertReason reason) {
    return reason instanceof RevertReason.Custom custom ? sentence(custom) : reason.text();
  }

  private static String sentence(RevertReason.Custom error) {
    return switch (error.name()) {
      case "ERC20InsufficientBalance" ->
          "the account has "
              + amount(error, "balance")
              + " (needed: "
              + amount(error, "needed")
              + "); ./myelin account money tells where the rest is";
      case "ERC20InsufficientAllowance" ->
          "the contract may take "
              + amount(error, "allowance")
              + " (needed: "
              + amount(error, "needed")
              + "); ./myelin account approve allows more";
      case "StakeTooSmall" ->
          "the stake would be "
              + amount(error, "stakedWei")
              + " (expected: at least "
              + amount(error, "minWei")
              + ")";
      case "NotStaked" -> "only " + amount(error, "stakedWei") + " are staked";
      case "StillBonded" -> "the stake is locked until " + time(error, "withdrawableAt");
      case "TooEarly" -> "it is too early, possible from " + time(error, "dueAt");
      case "TooLate" ->
          error.argument("taskId").isPresent()
              ? "every node has revealed: the task is judged and paid, not taken back"
              : "it is too late, possible until " + time(error, "until");
      case "EpochRunning" -> "the set is young, another can be made at " + time(error, "until");
      case "NothingToWithdraw" -> "there is nothing to fetch";
      case "ZeroAmount" -> "the amount is nothing (expected: above 0)";
      case "WrongPhase" -> "the session is " + phase(error) + " by now; look again";
      case "WrongTerms" ->
          "these are not the session's terms any more; look again (./myelin account money)";
      case "NotAllowed" -> "account " + value(error, "caller") + " may not do that";
      case "NotOwner" -> "account " + value(error, "caller") + " is not its owner";
      case "NotAValidator" -> "account " + value(error, "owner") + " is no active validator";
      case "AlreadyRegistered" ->
          "account "
              + value(error, "owner")
              + " is a validator already; ./myelin stake validator more adds to its stake";
      case "OperatorTaken" ->
          "key " + value(error, "operator") + " is or was an operator's (expected: a fresh key)";
      case "NoConsent" ->
          "key "
              + value(error, "operator")
              + " did not consent to work for "
              + value(error, "owner");
      case "UnknownNode" -> "no node " + value(error, "node") + " is in the pool";
      case "AlreadyJoined" ->
          "node "
              + value(error, "node")
              + " is in the pool already, or belongs to another owner;"
              + " ./myelin stake node more adds to its stake";
      case "WrongStanding" -> "the node is " + standing(error) + ", which does not allow that";
      case "WrongCut" -> "what the verdict cut is " + cut(error) + ", which does not allow that";
      case "AppealOver" -> "the time for that was over at " + time(error, "until");
      case "CutOpen" ->
          number(error, "until").signum() == 0
              ? "the set whose committee decides is not made yet"
              : "it can be appealed or decided until " + time(error, "until");
      case "TooFewOthers" ->
          value(error, "others")
              + " owners could sit who had no part in the verdict (needed: "
              + value(error, "needed")
              + "); the network needs more validators of other owners before an appeal can be"
              + " decided, and no bond was taken";
      case "BadSlots" -> value(error, "slots") + " slots (expected: 1 to 1024)";
      case "SlotsInUse" ->
          value(error, "inUse")
              + " slots are in use or to be tested again (asked for: "
              + value(error, "slots")
              + ")";
      case "GatewayExists" ->
          "gateway "
              + value(error, "gateway")
              + " is registered already; ./myelin stake gateway more adds to its bond";
      case "TasksOpen" -> value(error, "count") + " tasks of the session are open: wait for them";
      case "AlreadyEnded" -> "the task has ended: ./myelin queue show tells how";
      case "PastExpiry" -> "the session expired at " + time(error, "until");
      case "TaskLimit" ->
          "the session may have " + value(error, "limit") + " tasks (open ones, or in all)";
      case "OverBudget" ->
          "the task may cost "
              + amount(error, "heldWei")
              + ", and the session has "
              + amount(error, "availableWei")
              + " left";
      case "NotDue" -> "it is too early, possible from " + time(error, "dueAt");
      case "Full" -> "there are as many validators as there can be";
      default -> error.text();
    };
  }

  private static String phase(RevertReason.Custom error) {
    return switch (number(error, "phase").intValue()) {
      case 0 -> "unknown";
      case 1 -> "active";
      case 2 -> "closing";
      case 3 -> "settled";
      case 4 -> "closed";
      case 5 -> "expired";
      default -> "failed";
    };
  }

  private static String cut(RevertReason.Custom error) {
    return switch (number(error, "phase").intValue()) {
      case 0 -> "nothing";
      case 1 -> "locked, and not appealed";
      case 2 -> "appealed already";
      case 3 -> "given back";
      default -> "final";
    };
  }

  private static String standing(RevertReason.Custom error) {
    return switch (number(error, "standing").intValue()) {
      case 0 -> "not in the pool";
      case 1 -> "not tested yet";
      case 2 -> "qualified";
      case 3 -> "suspended";
      default -> "leaving";
    };
  }

  private static String value(RevertReason.Custom error, String name) {
    return error.argument(name).map(Object::toString).orElse("?");
  }

  private static BigInteger number(RevertReason.Custom error, String name) {
    return error.argument(name).orElse(BigInteger.ZERO) instanceof BigInteger number
        ? number
        : BigInteger.ZERO;
  }

  private static String amount(RevertReason.Custom error, String name) {
    return Amount.show(number(error, name));
  }

  private static String time(RevertReason.Custom error, String name) {
    BigInteger seconds = number(error, name);
    return seconds.bitLength() < 40 ? Times.at(seconds.longValue()) : seconds.toString();
  }
}
