package io.myelin.gateway.session;

import java.math.BigInteger;

/** Where a session's money is: set aside before it is active, settled once at its end. */
public interface SessionFunds {

  /**
   * Sets the budget aside. Repeating it for the same session changes nothing.
   *
   * @throws InsufficientFundsException when the client cannot cover it
   */
  void escrow(String sessionId, String client, BigInteger budgetWei)
      throws InsufficientFundsException;

  /** Pays out what was spent and refunds the rest. Repeating it changes nothing. */
  void settle(String sessionId, BigInteger spentWei);

  /** What is set aside now, over all sessions not yet settled. */
  BigInteger escrowedWei();

  /** The budget is not covered; the message is fit for a client. */
  final class InsufficientFundsException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With what was asked for and what there is. */
    public InsufficientFundsException(String message) {
      super(message);
    }
  }
}
