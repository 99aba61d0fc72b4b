package io.myelin.protocol.commitment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.myelin.protocol.commitment.Opening.Opened;
import io.myelin.protocol.commitment.Opening.Reason;
import io.myelin.protocol.commitment.Opening.Refused;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.protocol.typeddata.TaskOffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class OpeningTest {
  private static final Eip712Domain DOMAIN = Eip712Domain.local();
  private static final OperatorKey NODE = OperatorKey.generate(new Random(1));
  private static final OperatorKey OTHER = OperatorKey.generate(new Random(2));
  private static final Salt SALT = Salt.of(filled(9));

  private static final TaskOffer OFFER =
      new TaskOffer(
          TaskId.of(filled(1)),
          SessionId.of(filled(2)),
          NODE.address(),
          2,
          true,
          Digest.of(filled(3)),
          1_800_000_000_000L);

  private static byte[] filled(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static TaskCommit statement(TaskOffer offer) {
    return new TaskCommit(
        offer.taskId(),
        offer.sessionId(),
        offer.node(),
        offer.attempt(),
        offer.specDigest(),
        Digest.of(filled(4)),
        Digest.of(filled(5)),
        Digest.of(filled(6)),
        10,
        20,
        1);
  }

  private static Commitment commitment() {
    return Commitment.sign(NODE, DOMAIN, statement(OFFER), SALT);
  }

  private static Reason reasonFor(TaskOffer offer) {
    Commitment commitment = commitment();
    return ((Refused) Opening.check(DOMAIN, offer, commitment.precommit(), commitment)).reason();
  }

  @Test
  void opensWhatWasPrecommitted() {
    Commitment commitment = commitment();

    assertThat(
            Opening.checkPrimary(
                DOMAIN,
                OFFER,
                commitment.precommit(),
                commitment,
                Digest.of(filled(4)),
                Digest.of(filled(5))))
        .isEqualTo(new Opened(commitment));
    assertThat(commitment.precommit())
        .isEqualTo(Sha256.hash(filled(9), statement(OFFER).hashStruct().bytes()));
  }

  @Test
  void refusesWhatAnswersAnotherOffer() {
    assertThat(reasonFor(offer(TaskId.of(filled(8)), OFFER.sessionId(), NODE.address(), 2)))
        .isEqualTo(Reason.WRONG_TASK);
    assertThat(reasonFor(offer(OFFER.taskId(), SessionId.of(filled(8)), NODE.address(), 2)))
        .isEqualTo(Reason.WRONG_SESSION);
    assertThat(reasonFor(offer(OFFER.taskId(), OFFER.sessionId(), OTHER.address(), 2)))
        .isEqualTo(Reason.WRONG_NODE);
    assertThat(reasonFor(offer(OFFER.taskId(), OFFER.sessionId(), NODE.address(), 3)))
        .isEqualTo(Reason.WRONG_ATTEMPT);
    TaskOffer otherWork =
        new TaskOffer(
            OFFER.taskId(), OFFER.sessionId(), OFFER.node(), 2, true, Digest.of(filled(8)), 1L);
    assertThat(reasonFor(otherWork)).isEqualTo(Reason.WRONG_SPEC);
  }

  private static TaskOffer offer(TaskId task, SessionId session, Address node, int attempt) {
    return new TaskOffer(task, session, node, attempt, true, OFFER.specDigest(), 1L);
  }

  @Test
  void refusesAnOutputChangedAfterThePrecommit() {
    Commitment before = commitment();
    TaskCommit said = before.statement();
    TaskCommit changed =
        new TaskCommit(
            said.taskId(),
            said.sessionId(),
            said.node(),
            said.attempt(),
            said.specDigest(),
            said.streamHead(),
            Digest.of(filled(7)),
            said.evidenceDigest(),
            said.promptTokens(),
            said.outputTokens(),
            said.finishReason());
    Commitment after = Commitment.sign(NODE, DOMAIN, changed, SALT);

    assertThat(Opening.check(DOMAIN, OFFER, before.precommit(), after))
        .isEqualTo(
            new Refused(
                Reason.PRECOMMIT_MISMATCH,
                after.precommit() + " (expected: " + before.precommit() + ")"));
  }

  @Test
  void refusesAnotherSignerAndAnotherDomain() {
    Commitment forged =
        new Commitment(statement(OFFER), SALT, OTHER.sign(DOMAIN.digest(statement(OFFER))));
    assertThat(((Refused) Opening.check(DOMAIN, OFFER, forged.precommit(), forged)).detail())
        .isEqualTo(OTHER.address() + " (expected: " + NODE.address() + ")");

    Commitment commitment = commitment();
    Eip712Domain elsewhere = new Eip712Domain(1, Address.ZERO);
    assertThat(
            ((Refused) Opening.check(elsewhere, OFFER, commitment.precommit(), commitment))
                .reason())
        .isEqualTo(Reason.WRONG_SIGNER);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Commitment.sign(OTHER, DOMAIN, statement(OFFER), SALT));
  }

  @Test
  void holdsThePrimaryToWhatItStreamed() {
    Commitment commitment = commitment();
    assertThat(reason(commitment, 8, 5)).isEqualTo(Reason.STREAM_MISMATCH);
    assertThat(reason(commitment, 4, 8)).isEqualTo(Reason.OUTPUT_MISMATCH);
  }

  private static Reason reason(Commitment commitment, int head, int output) {
    Opening opening =
        Opening.checkPrimary(
            DOMAIN,
            OFFER,
            commitment.precommit(),
            commitment,
            Digest.of(filled(head)),
            Digest.of(filled(output)));
    return ((Refused) opening).reason();
  }
}
