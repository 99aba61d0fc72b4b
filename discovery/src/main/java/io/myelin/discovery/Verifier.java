package io.myelin.discovery;

import io.myelin.protocol.peer.AddressPolicy;
import io.myelin.protocol.peer.AddressRules;
import io.myelin.protocol.peer.IpAddress;
import io.myelin.protocol.peer.PeerClaim;
import io.myelin.protocol.peer.PeerEndpoint;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerStanding;
import io.myelin.protocol.peer.ServiceAddress;
import io.myelin.protocol.peer.book.BookEvent;
import io.myelin.protocol.peer.book.BookEvent.Verdict;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks a record: its addresses by the rules, its stake by the chain. Names are resolved here,
 * once, and what they resolved to is what is handed on. Blocks on virtual threads of its own.
 */
final class Verifier implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Verifier.class);
  private static final long MAX_SECONDS = 20;

  private final PeerStanding standing;
  private final AddressPolicy policy;
  private final Counters counters;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("peer-check-", 0).factory());

  Verifier(PeerStanding standing, AddressPolicy policy, Counters counters) {
    this.standing = standing;
    this.policy = policy;
    this.counters = counters;
  }

  /** What is found; it always ends, and never exceptionally. */
  CompletableFuture<BookEvent.Checked> check(PeerRecord record) {
    return CompletableFuture.supplyAsync(() -> verdict(record), threads)
        .orTimeout(MAX_SECONDS, TimeUnit.SECONDS)
        .exceptionally(
            failure -> {
              log.debug("Check of {} failed", record.operator(), failure);
              return checked(record, Verdict.UNKNOWN, Optional.empty());
            });
  }

  private BookEvent.Checked verdict(PeerRecord record) {
    PeerClaim claim = record.claim();
    Optional<AddressRules.Refusal> own = AddressRules.refusal(claim.ip(), policy);
    if (own.isPresent()) {
      counters.refuse("address." + own.get());
      return checked(record, Verdict.BAD, Optional.empty());
    }
    Optional<PeerEndpoint> endpoint = Optional.empty();
    if (claim.service().isPresent()) {
      ServiceAddress service = claim.service().get();
      List<IpAddress> addresses;
      try {
        addresses = resolved(service);
      } catch (UnknownHostException e) {
        counters.refuse("name.unresolved");
        return checked(record, Verdict.UNKNOWN, Optional.empty());
      }
      // A name with one good and one bad address is not half good.
      for (IpAddress address : addresses) {
        Optional<AddressRules.Refusal> refusal =
            AddressRules.refusal(address, service.port(), policy);
        if (refusal.isPresent()) {
          counters.refuse("address." + refusal.get());
          return checked(record, Verdict.BAD, Optional.empty());
        }
      }
      endpoint = Optional.of(new PeerEndpoint(service, addresses.getFirst()));
    }
    if (claim.role().needsStake()
        && !standing.isStaked(claim.role(), record.operator(), claim.subnets())) {
      counters.refuse("unstaked");
      return checked(record, Verdict.BAD, Optional.empty());
    }
    return checked(record, Verdict.GOOD, endpoint);
  }

  private static BookEvent.Checked checked(
      PeerRecord record, Verdict verdict, Optional<PeerEndpoint> endpoint) {
    return new BookEvent.Checked(record.nodeId(), record.sequence(), verdict, endpoint);
  }

  private static List<IpAddress> resolved(ServiceAddress service) throws UnknownHostException {
    Optional<IpAddress> literal = service.ip();
    if (literal.isPresent()) {
      return List.of(literal.get());
    }
    List<IpAddress> addresses = new ArrayList<>();
    for (InetAddress address : InetAddress.getAllByName(service.host())) {
      addresses.add(IpAddress.of(address.getAddress()));
    }
    return addresses;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
