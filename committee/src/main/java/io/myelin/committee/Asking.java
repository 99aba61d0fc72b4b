package io.myelin.committee;

import io.myelin.chain.ChainClient;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.Param;
import io.myelin.protocol.committee.Verdict;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.v1.ValidatorGrpc.ValidatorBlockingStub;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Asks one committee for one attestation, and takes note of who was silent and what was signed. */
final class Asking {
  private final Members members;
  private final ChainClient chain;
  private final NetworkContracts network;
  private final CommitteeSettings settings;
  private final Witness witness = new Witness();
  private volatile Consumer<Address> silence = _ -> {};

  Asking(Members members, ChainClient chain, NetworkContracts network, CommitteeSettings settings) {
    this.members = members;
    this.chain = chain;
    this.network = network;
    this.settings = settings;
  }

  void whenSilent(Consumer<Address> heard) {
    silence = heard;
  }

  void keepEvidence(Path folder) {
    witness.keepIn(folder);
  }

  long quorum() {
    return Param.QUORUM.of(network, chain).longValueExact();
  }

  /**
   * A quorum's word.
   *
   * @param failure what is said when there is none
   * @throws NotAgreedException when there is none
   */
  Quorum ask(String failure, List<Seat> seats, Attestation attestation, Gathering.Ask ask)
      throws NotAgreedException, InterruptedException {
    long quorum = quorum();
    Gathering gathering =
        new Gathering(
            members,
            settings,
            seats,
            quorum,
            network.domain(),
            attestation.subject(),
            Verdict.attesting(network.domain().digest(attestation)),
            settings.total());
    List<MemberAnswer> answers = gathering.answers(gathering.ask(ask));
    note(seats, attestation, answers);
    Optional<Quorum> agreed = Quorum.of(answers, quorum);
    if (agreed.isEmpty()) {
      throw new NotAgreedException(failure, quorum, answers, List.of());
    }
    return agreed.get();
  }

  /** Takes note of what members did. */
  void note(List<Seat> seats, Attestation attestation, List<MemberAnswer> answers) {
    for (MemberAnswer answer : answers) {
      Optional<Address> operator = seats.get(answer.seat()).operator();
      if (operator.isEmpty()) {
        continue;
      }
      if (answer.answer() instanceof MemberAnswer.Answer.Silent) {
        silence.accept(answer.owner());
      } else if (answer.answer() instanceof MemberAnswer.Answer.Signed(var signature)) {
        var _ = witness.saw(operator.get(), attestation, signature);
      }
    }
  }

  ValidatorBlockingStub call(Members.Member member) {
    return call(member, settings.call());
  }

  /** For a question that takes a member a while: the time of all its tries. */
  ValidatorBlockingStub longCall(Members.Member member) {
    return call(member, settings.total());
  }

  private static ValidatorBlockingStub call(Members.Member member, Duration wait) {
    return member.calls().withDeadlineAfter(wait.toMillis(), TimeUnit.MILLISECONDS);
  }
}
