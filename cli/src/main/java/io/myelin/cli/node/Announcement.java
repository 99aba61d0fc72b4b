package io.myelin.cli.node;

import io.myelin.chain.Bytes;
import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.chain.transaction.TransactionSender;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.peer.PeerClaim;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.RecordFormatException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a gateway says on the chain of where it is reached; once, until that is another place. */
final class Announcement {
  private static final Logger log = LoggerFactory.getLogger(Announcement.class);

  private final ChainClient chain;
  private final NetworkContracts network;
  private final TransactionSender sender;

  Announcement(ChainClient chain, NetworkContracts network, TransactionSender sender) {
    this.chain = chain;
    this.network = network;
    this.sender = sender;
  }

  /** Says it, unless the chain has it already; blocks for some questions to the chain. */
  void make(Address gateway, String text) {
    try {
      PeerRecord record = RecordCodec.parse(text);
      if (said(gateway).filter(claim -> isSame(claim, record.claim())).isPresent()) {
        return;
      }
      var _ =
          sender
              .submit(
                  TransactionIntent.of(
                      "announce/" + record.sequence(),
                      network.subnets().announce(Bytes.of(RecordCodec.bytes(record)))))
              .whenComplete(Announcement::report);
    } catch (RecordFormatException e) {
      throw new IllegalStateException("own record: " + text, e);
    } catch (ChainException e) {
      unsaid(e.toString());
    }
  }

  private static void report(TransactionOutcome outcome, Throwable failure) {
    if (failure != null) {
      unsaid(failure.toString());
    } else if (!(outcome instanceof TransactionOutcome.Succeeded)) {
      unsaid(ChainWrites.text(outcome));
    }
  }

  private static void unsaid(String why) {
    log.warn("Clients that know nothing but the chain do not find this gateway now: {}", why);
  }

  private Optional<PeerClaim> said(Address gateway) {
    Bytes record = network.subnets().recordOf(gateway).on(chain);
    try {
      return record.isEmpty()
          ? Optional.empty()
          : Optional.of(RecordCodec.decode(record.toArray()).claim());
    } catch (RecordFormatException e) {
      return Optional.empty();
    }
  }

  /** All that a client looks at. */
  private static boolean isSame(PeerClaim one, PeerClaim other) {
    return one.service().equals(other.service())
        && one.ip().equals(other.ip())
        && one.subnets().equals(other.subnets())
        && one.network().equals(other.network());
  }
}
