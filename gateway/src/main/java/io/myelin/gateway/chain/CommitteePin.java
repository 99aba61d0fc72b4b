package io.myelin.gateway.chain;

import io.myelin.chain.ChainClient;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.protocol.ids.Address;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The validator set that judges the gateway's next batch, chosen before the batch is. */
final class CommitteePin {
  private static final Logger log = LoggerFactory.getLogger(CommitteePin.class);

  private final ChainClient chain;
  private final NetworkContracts network;
  private final Address gateway;
  private final ChainWrites writes;
  private final ChainView view;

  CommitteePin(
      ChainClient chain,
      NetworkContracts network,
      Address gateway,
      ChainWrites writes,
      ChainView view) {
    this.chain = chain;
    this.network = network;
    this.gateway = gateway;
    this.writes = writes;
    this.view = view;
  }

  /** The set, after pinning one where there is none or an old one; blocks. */
  long set() throws InterruptedException, TimeoutException {
    InferencePayment.BatchesAnswer seat = network.payment().batches(gateway).on(chain);
    if (seat.set() != 0 && !isStale(seat.set())) {
      return seat.set();
    }
    long newest = network.validators().setVersion().on(chain);
    if (newest == 0 || isStale(newest)) {
      report("makeSet", writes.once("set/" + (newest + 1), network.validators().makeSet()));
      newest = network.validators().setVersion().on(chain);
    }
    report(
        "pinCommittee",
        writes.once("pin/" + seat.batch() + "/" + newest, network.payment().pinCommittee(gateway)));
    return network.payment().batches(gateway).on(chain).set();
  }

  /** Somebody else may have been first: what the chain says then is what counts. */
  private static void report(String what, TransactionOutcome outcome) {
    if (!(outcome instanceof TransactionOutcome.Succeeded)) {
      log.info("{}: {}", what, ChainWrites.text(outcome));
    }
  }

  private boolean isStale(long set) {
    long pinSeconds = network.payment().PIN_SECONDS().on(chain);
    return view.now().timeSeconds() >= network.validators().madeAt(set).on(chain) + pinSeconds;
  }
}
