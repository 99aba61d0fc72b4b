package io.myelin.contracts.differential;

import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.List;

/** Java's side of a history: sessions, pool, books, what the client still has. */
final class GatewayLedger {
  private final GatewayBase base;
  private final List<GatewayTwin> sessions;
  private final List<Integer> plans;
  private final PoolTwin pool;
  private final Books books = new Books();
  private BigInteger clientWei = Network.CLIENT_WEI;
  private int batch;

  GatewayLedger(GatewayBase base, List<Integer> plans) {
    this.base = base;
    this.plans = List.copyOf(plans);
    sessions = plans.stream().map(base.prepared()::get).map(GatewayTwin::new).toList();
    pool = new PoolTwin(base.network().nodes(GatewayBase.NODES), GatewayBase.SLOTS);
  }

  List<GatewayTwin> sessions() {
    return sessions;
  }

  int approvals(GatewayTwin session) {
    return base.plans().get(plans.get(sessions.indexOf(session))).approvals();
  }

  PoolTwin pool() {
    return pool;
  }

  Books books() {
    return books;
  }

  /** Tokens the client has outside of the escrow. */
  BigInteger clientWei() {
    return clientWei;
  }

  void paysWei(BigInteger wei) {
    clientWei = clientWei.subtract(wei);
  }

  /** The number of the gateway's next batch. */
  int batch() {
    return batch;
  }

  void batchIsSettled() {
    batch++;
  }

  /** Fetches an account's credits; what it gets. */
  BigInteger withdraw(Address account) {
    BigInteger wei = books.credits().getOrDefault(account, BigInteger.ZERO);
    books.credits().put(account, BigInteger.ZERO);
    if (account.equals(base.network().client().address())) {
      clientWei = clientWei.add(wei);
    }
    return wei;
  }
}
