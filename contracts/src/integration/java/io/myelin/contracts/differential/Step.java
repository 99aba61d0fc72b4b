package io.myelin.contracts.differential;

import io.myelin.chain.EventLog;
import io.myelin.chain.abi.ContractRead;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.protocol.ids.Address;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One event of a history: what the contracts are told, and what Java's machines say they must
 * answer.
 *
 * @param what for people
 * @param rejection the error's name; empty when the event takes effect
 * @param told what Java says the event's logs amount to
 * @param telling the same of the contracts' logs
 * @param questions asked afterwards
 */
record Step(
    String what,
    long atSeconds,
    Address from,
    ContractWrite write,
    Optional<String> rejection,
    Object told,
    Function<List<EventLog>, Object> telling,
    List<Question<?>> questions) {
  Step {
    questions = List.copyOf(questions);
  }

  /** A step whose logs nobody compares. */
  static Step quiet(
      String what,
      long atSeconds,
      Address from,
      ContractWrite write,
      Optional<String> rejection,
      List<Question<?>> questions) {
    return new Step(what, atSeconds, from, write, rejection, "", logs -> "", questions);
  }

  /**
   * A question to a contract.
   *
   * @param view the part of its answer that is compared
   * @param expected what Java answers
   */
  record Question<R>(
      String about, ContractRead<R> read, Function<R, ? extends Object> view, Object expected) {

    Object answer(io.myelin.chain.Bytes returned) {
      return view.apply(read.answer().apply(read.function().decode(returned)));
    }
  }
}
