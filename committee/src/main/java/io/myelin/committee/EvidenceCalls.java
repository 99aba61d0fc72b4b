package io.myelin.committee;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.myelin.chain.ChainClient;
import io.myelin.committee.wire.Fields;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.EvidenceRead;
import io.myelin.protocol.work.Charge;
import io.myelin.v1.ReadEvidenceReply;
import io.myelin.v1.ReadEvidenceRequest;
import io.myelin.v1.WorkRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Reads what verdicts of fraud were given for, as the node's owner or the node. Blocks for a
 * bounded time; for any thread.
 */
public final class EvidenceCalls {
  private static final Duration CALL = Duration.ofSeconds(10);
  private static final Duration TOTAL = Duration.ofSeconds(60);
  private static final Duration BUSY_PAUSE = Duration.ofMillis(200);
  private static final int BUSY_TRIES = 5;

  private final Members members;
  private final ChainClient chain;
  private final NetworkContracts network;
  private final OperatorKey asker;

  EvidenceCalls(Members members, ChainClient chain, NetworkContracts network, OperatorKey asker) {
    this.members = members;
    this.chain = chain;
    this.network = network;
    this.asker = asker;
  }

  /**
   * What came of a question.
   *
   * @param charge the work; empty when nobody showed it
   * @param said of each validator that was asked before, what it said instead
   */
  public record Shown(Optional<Charge> charge, List<String> said) {
    /** Copies. */
    public Shown {
      said = List.copyOf(said);
    }
  }

  /**
   * The work that a verdict names, of the first validator that shows all of it. It is what the
   * verdict was given for whoever shows it: its digest says so.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Shown read(Address node, Digest evidence) throws InterruptedException {
    long untilSeconds = chain.head().timestampSeconds() + EvidenceRead.MOST_SECONDS / 2;
    long deadlineNanos = System.nanoTime() + TOTAL.toNanos();
    List<String> said = new ArrayList<>();
    for (Map.Entry<Address, Members.Member> one : members.everybody().entrySet()) {
      Members.Member member = one.getValue();
      try {
        EvidenceRead wanted = new EvidenceRead(node, evidence, one.getKey(), untilSeconds);
        Optional<Charge> shown = charge(records(member, wanted, deadlineNanos));
        if (shown.isEmpty()) {
          said.add(member.url() + ": it does not keep it");
        } else if (!shown.get().digest().equals(evidence) || !shown.get().node().equals(node)) {
          said.add(member.url() + ": it showed other work, 0x" + shown.get().digest());
        } else {
          return new Shown(shown, said);
        }
      } catch (StatusRuntimeException | IllegalArgumentException e) {
        said.add(member.url() + ": " + e.getMessage());
      }
    }
    return new Shown(Optional.empty(), said);
  }

  private List<WorkRecord> records(Members.Member member, EvidenceRead wanted, long deadlineNanos)
      throws InterruptedException {
    ReadEvidenceRequest request =
        ReadEvidenceRequest.newBuilder()
            .setNode(Fields.bytes(wanted.node()))
            .setEvidenceDigest(Fields.bytes(wanted.evidenceDigest()))
            .setUntilSeconds(wanted.untilSeconds())
            .setSignature(ByteString.copyFrom(asker.sign(network.domain().digest(wanted)).bytes()))
            .build();
    List<WorkRecord> records = new ArrayList<>();
    int all;
    do {
      long leftNanos = Math.clamp(deadlineNanos - System.nanoTime(), 1, CALL.toNanos());
      ReadEvidenceReply reply =
          reply(member, request.toBuilder().setAt(records.size()).build(), leftNanos);
      all = Math.min(Fields.small("records", reply.getRecords()), Charge.MOST_WORKS);
      if (all > 0) {
        records.add(reply.getRecord());
      }
    } while (records.size() < all);
    return records;
  }

  /** Of one who says that it is busy, once more a moment later. */
  private static ReadEvidenceReply reply(
      Members.Member member, ReadEvidenceRequest request, long leftNanos)
      throws InterruptedException {
    for (int again = BUSY_TRIES; ; again--) {
      try {
        return member
            .records()
            .withDeadlineAfter(leftNanos, TimeUnit.NANOSECONDS)
            .readEvidence(request);
      } catch (StatusRuntimeException e) {
        if (again == 0 || e.getStatus().getCode() != Status.Code.RESOURCE_EXHAUSTED) {
          throw e;
        }
        Thread.sleep(BUSY_PAUSE);
      }
    }
  }

  private Optional<Charge> charge(List<WorkRecord> records) {
    return records.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Charge.of(records.getFirst(), records.subList(1, records.size()), network.domain()));
  }
}
