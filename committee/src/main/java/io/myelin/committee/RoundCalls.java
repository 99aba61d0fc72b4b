package io.myelin.committee;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.myelin.committee.wire.Fields;
import io.myelin.protocol.cognitive.RoundDraw;
import io.myelin.protocol.cognitive.RoundVerdict;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.ApproveRoundRequest;
import io.myelin.v1.GiveRoundRequest;
import io.myelin.v1.JudgeRoundRequest;
import io.myelin.v1.ReadRoundReply;
import io.myelin.v1.ReadRoundRequest;
import io.myelin.v1.ValidatorGrpc.ValidatorBlockingStub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is asked of, told to and read from a cognitive round's committee: the newest set's for the
 * round's id. Blocks for a bounded time; for any thread.
 */
public final class RoundCalls {
  private static final Logger LOG = LoggerFactory.getLogger(RoundCalls.class);
  private static final Duration WORD = Duration.ofSeconds(5);

  private final Asking asking;
  private final Members members;
  private final SeatedNow seated;

  RoundCalls(Asking asking, Members members, SeatedNow seated) {
    this.asking = asking;
    this.members = members;
    this.seated = seated;
  }

  /**
   * Lets the committee say that a round's nodes are its draw.
   *
   * @throws NotAgreedException when it does not
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Quorum approve(long number, RoundDraw draw)
      throws NotAgreedException, InterruptedException {
    ApproveRoundRequest message =
        ApproveRoundRequest.newBuilder()
            .setNumber(number)
            .addAllNodes(draw.nodes().stream().map(Fields::bytes).toList())
            .setResponders(draw.responders())
            .build();
    return asking.ask(
        "round " + number + " does not begin",
        seated.newest(RoundDraw.idOf(number)),
        draw.attestation(number),
        (asked, member) ->
            asking.call(member).approveRound(message.toBuilder().setAskingRound(asked).build()));
  }

  /**
   * Lets the committee say who made what is right, and who what is wrong.
   *
   * @param contents what the asker has of the round, which members may lack
   * @throws NotAgreedException when it does not
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Quorum judge(long number, RoundVerdict verdict, List<ByteString> contents)
      throws NotAgreedException, InterruptedException {
    Digest id = RoundDraw.idOf(number);
    JudgeRoundRequest message =
        JudgeRoundRequest.newBuilder()
            .setNumber(number)
            .addAllRight(verdict.right().stream().map(Fields::bytes).toList())
            .addAllWrong(verdict.wrong().stream().map(Fields::bytes).toList())
            .addAllContents(contents)
            .build();
    return asking.ask(
        "round " + number + " is not judged",
        seated.newest(id),
        verdict.attestation(id),
        // Each member checks the answers with its own copy of the model.
        (asked, member) ->
            asking.longCall(member).judgeRound(message.toBuilder().setAskingRound(asked).build()));
  }

  /**
   * Brings the committee what a node made.
   *
   * @param taken owners of members who took it before, who are left alone
   * @return with those who take it now
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Told give(long number, ByteString content, Set<Address> taken)
      throws InterruptedException {
    GiveRoundRequest message =
        GiveRoundRequest.newBuilder().setNumber(number).setContent(content).build();
    Set<Address> all = ConcurrentHashMap.newKeySet();
    all.addAll(taken);
    List<Seat> seats =
        seated.newest(RoundDraw.idOf(number)).stream()
            .filter(seat -> seat.operator().isPresent())
            .toList();
    List<Thread> threads = new ArrayList<>();
    for (Seat seat : seats) {
      if (!taken.contains(seat.owner())) {
        threads.add(
            Thread.ofVirtual()
                .name("round-give")
                .start(
                    () ->
                        call(
                            seat,
                            member -> {
                              var _ = within(member).giveRound(message);
                              return Optional.of(all.add(seat.owner()));
                            })));
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return new Told(Set.copyOf(all), seats.stream().map(Seat::owner).allMatch(all::contains));
  }

  /**
   * Who took content in.
   *
   * @param owners of the members
   * @param all whether these are all of the committee
   */
  public record Told(Set<Address> owners, boolean all) {}

  /**
   * What a node made, from any member that shows it; empty when none does.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Optional<ByteString> read(long number, Digest digest) throws InterruptedException {
    return first(
        number,
        digest,
        reply ->
            Sha256.hash(reply.getContent().toByteArray()).equals(digest)
                ? Optional.of(reply.getContent())
                : Optional.empty());
  }

  /**
   * Of several pieces those that any member shows, by their digests; asks all members at once.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Map<Digest, ByteString> read(long number, Collection<Digest> digests)
      throws InterruptedException {
    Map<Digest, ByteString> found = new ConcurrentHashMap<>();
    List<Thread> threads = new ArrayList<>();
    for (Seat seat : seated.newest(RoundDraw.idOf(number))) {
      if (seat.operator().isPresent()) {
        threads.add(
            Thread.ofVirtual()
                .name("round-read")
                .start(() -> call(seat, member -> read(number, digests, member, found))));
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return Map.copyOf(found);
  }

  private static Optional<Boolean> read(
      long number,
      Collection<Digest> digests,
      Members.Member member,
      Map<Digest, ByteString> found) {
    // One deadline for all of them.
    ValidatorBlockingStub calls = within(member);
    for (Digest digest : digests) {
      if (!found.containsKey(digest)) {
        ByteString content =
            calls
                .readRound(
                    ReadRoundRequest.newBuilder()
                        .setNumber(number)
                        .setDigest(Fields.bytes(digest))
                        .build())
                .getContent();
        if (Sha256.hash(content.toByteArray()).equals(digest)) {
          found.put(digest, content);
        }
      }
    }
    return Optional.of(true);
  }

  /**
   * What a node made as any member shows it to people; the text is that member's word.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Optional<ReadRoundReply> show(long number, Digest digest) throws InterruptedException {
    return first(
        number,
        digest,
        reply ->
            reply.getText().isEmpty() && reply.getContent().isEmpty()
                ? Optional.empty()
                : Optional.of(reply));
  }

  private interface Reading<T> {
    Optional<T> of(ReadRoundReply reply);
  }

  private <T> Optional<T> first(long number, Digest digest, Reading<T> reading)
      throws InterruptedException {
    ReadRoundRequest message =
        ReadRoundRequest.newBuilder().setNumber(number).setDigest(Fields.bytes(digest)).build();
    for (Seat seat : seated.newest(RoundDraw.idOf(number))) {
      if (seat.operator().isEmpty()) {
        continue;
      }
      Optional<T> found = call(seat, member -> reading.of(within(member).readRound(message)));
      if (found.isPresent()) {
        return found;
      }
      if (Thread.interrupted()) {
        throw new InterruptedException("round " + number + " is not read any more");
      }
    }
    return Optional.empty();
  }

  private interface Call<T> {
    Optional<T> of(Members.Member member);
  }

  private <T> Optional<T> call(Seat seat, Call<T> call) {
    try {
      Optional<Members.Member> member = members.of(seat.operator().orElseThrow());
      return member.isPresent() ? call.of(member.get()) : Optional.empty();
    } catch (StatusRuntimeException e) {
      LOG.debug("validator of {}: {}", seat.owner(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }

  private static ValidatorBlockingStub within(Members.Member member) {
    return member.calls().withDeadlineAfter(WORD.toMillis(), TimeUnit.MILLISECONDS);
  }
}
