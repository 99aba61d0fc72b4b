package io.myelin.cli.node;

import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import io.myelin.contracts.Session;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.registry.mempool.MempoolChain;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * The chain as a registry node's mempool asks it. Openings are read by ranges of blocks, from the
 * start of the process on, without a cursor on disk: one that is missed is found when a request
 * comes again, or by its time.
 */
final class RegistryChain implements MempoolChain {
  /** Phase of a session that was never opened. */
  private static final int NONE = 0;

  /** Blocks that are read again: a short reorganisation may have put others in their place. */
  private static final long AGAIN = 3;

  private final ChainClient chain;
  private final NetworkContracts contracts;
  private long read;

  RegistryChain(ChainClient chain, NetworkContracts contracts) {
    this.chain = chain;
    this.contracts = contracts;
    this.read = chain.head().number();
  }

  @Override
  public BigInteger fundsWei(Address client) {
    BigInteger held = contracts.token().balanceOf(client).on(chain);
    return held.signum() == 0
        ? held
        : held.min(contracts.token().allowance(client, contracts.addresses().payment()).on(chain));
  }

  @Override
  public boolean isOpened(SessionId session) {
    Digest id = Digest.of(session.bytes());
    return contracts.payment().recordOf(id).on(chain).phase() != NONE;
  }

  @Override
  public boolean isReady(Digest subnetId, Address gateway) {
    return contracts.subnets().admitted(subnetId, gateway).on(chain)
        && contracts.subnets().isReady(gateway).on(chain);
  }

  @Override
  public synchronized List<SessionId> newlyOpened() {
    long head = chain.head().number();
    long from = Math.max(0, Math.min(read, head) - AGAIN + 1);
    LogFilter filter =
        LogFilter.of(contracts.sessions().address())
            .events(List.of(Session.SessionOpenedEvent.TYPE.topic()));
    List<SessionId> opened = new ArrayList<>();
    for (EventLog log : LogRanges.read(chain, filter, from, head)) {
      if (Session.event(log).orElse(null) instanceof Session.SessionOpenedEvent event) {
        opened.add(SessionId.of(event.sessionId().bytes()));
      }
    }
    read = head;
    return opened;
  }
}
