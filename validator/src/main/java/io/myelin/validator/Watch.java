package io.myelin.validator;

import io.myelin.chain.abi.ContractWrite;
import io.myelin.protocol.leader.Duty;
import java.util.List;

/** A kind of duty that is looked after. */
interface Watch {
  /**
   * What can be done now, most urgent first; at most a few.
   *
   * @param nowMillis the later of the chain's time and this machine's
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  List<Due> due(long nowMillis) throws InterruptedException;

  /**
   * A duty that can be done.
   *
   * @param duty what, and since when
   * @param work what to send, made when it is one's turn
   */
  record Due(Duty duty, Work work) {}

  /** Finds out what to send. */
  interface Work {
    /** The transactions; none when it turns out that there is nothing to do. */
    List<ContractWrite> prepare() throws InterruptedException;
  }
}
