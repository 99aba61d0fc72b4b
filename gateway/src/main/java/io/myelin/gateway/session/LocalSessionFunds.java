package io.myelin.gateway.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;

/**
 * Books budgets on this gateway only. No money moves and no balance is looked up: a client's
 * signature is taken for its money, up to a limit per client. The escrow contract takes this place.
 */
public final class LocalSessionFunds implements SessionFunds {
  /** One thousand ether: generous for a local network, yet a bound. */
  public static final BigInteger DEFAULT_LIMIT_WEI = BigInteger.TEN.pow(21);

  private final BigInteger limitPerClientWei;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Map<String, Escrow> escrows = new HashMap<>();

  @GuardedBy("lock")
  private final Map<String, BigInteger> byClient = new HashMap<>();

  private record Escrow(String client, BigInteger budgetWei) {}

  /** With the most wei the open sessions of one client may set aside together. */
  public LocalSessionFunds(BigInteger limitPerClientWei) {
    if (limitPerClientWei.signum() < 0) {
      throw new IllegalArgumentException(
          "limitPerClientWei: " + limitPerClientWei + " (expected: >= 0)");
    }
    this.limitPerClientWei = limitPerClientWei;
  }

  @Override
  public void escrow(String sessionId, String client, BigInteger budgetWei)
      throws InsufficientFundsException {
    synchronized (lock) {
      if (escrows.containsKey(sessionId)) {
        return;
      }
      BigInteger already = byClient.getOrDefault(client, BigInteger.ZERO);
      BigInteger total = already.add(budgetWei);
      if (total.compareTo(limitPerClientWei) > 0) {
        throw new InsufficientFundsException(
            "budgetWei: "
                + budgetWei
                + " (expected: <= "
                + limitPerClientWei.subtract(already)
                + ", what this gateway still books for "
                + client
                + "; close a session or ask for less)");
      }
      escrows.put(sessionId, new Escrow(client, budgetWei));
      byClient.put(client, total);
    }
  }

  @Override
  public void settle(String sessionId, BigInteger spentWei) {
    synchronized (lock) {
      Escrow escrow = escrows.get(sessionId);
      if (escrow == null) {
        return;
      }
      if (spentWei.signum() < 0 || spentWei.compareTo(escrow.budgetWei()) > 0) {
        throw new IllegalArgumentException(
            "spentWei: " + spentWei + " (expected: 0.." + escrow.budgetWei() + ")");
      }
      escrows.remove(sessionId);
      byClient.computeIfPresent(
          escrow.client(),
          (client, total) -> {
            BigInteger rest = total.subtract(escrow.budgetWei());
            return rest.signum() == 0 ? null : rest;
          });
    }
  }

  @Override
  public BigInteger escrowedWei() {
    synchronized (lock) {
      return byClient.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
    }
  }
}
