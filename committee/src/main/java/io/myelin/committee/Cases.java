package io.myelin.committee;

import io.myelin.chain.ChainClient;
import io.myelin.committee.wire.FaultCodec;
import io.myelin.committee.wire.Fields;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.FaultEvidence;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.AbsenceVerdict;
import io.myelin.protocol.typeddata.AppealVerdict;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.FaultVerdict;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.JudgeAbsenceRequest;
import io.myelin.v1.JudgeAppealRequest;
import io.myelin.v1.JudgeFaultRequest;
import io.myelin.v1.JudgeWorkRequest;
import io.myelin.v1.WorkRecord;
import java.util.List;

/**
 * What committees find of other validators and of nodes. Blocks for a bounded time; for any thread.
 */
public final class Cases {
  private final Asking asking;
  private final SeatedNow seated;
  private final ChainClient chain;
  private final NetworkContracts network;

  Cases(Asking asking, SeatedNow seated, ChainClient chain, NetworkContracts network) {
    this.asking = asking;
    this.seated = seated;
    this.chain = chain;
    this.network = network;
  }

  /**
   * Lets the newest set's committee, without the accused, find that a validator does not answer.
   *
   * @param owner of the validator
   * @param window {@link AbsenceVerdict#windowOf} the chain's time
   * @throws NotAgreedException when it does not
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Quorum absence(Address owner, long window)
      throws NotAgreedException, InterruptedException {
    Digest subject = Subjects.absenceSubject(owner, window);
    long set = network.validators().setVersion().on(chain);
    JudgeAbsenceRequest message =
        JudgeAbsenceRequest.newBuilder()
            .setValidator(Fields.bytes(owner))
            .setWindow(window)
            .build();
    return asking.ask(
        "validator " + owner + " is not found absent",
        seated.about(subject, set, owner),
        Attestation.of(subject, new AbsenceVerdict(owner, window)),
        // Each member calls the accused for a while before it says anything.
        (round, member) ->
            asking.longCall(member).judgeAbsence(message.toBuilder().setRound(round).build()));
  }

  /**
   * Lets the newest set's committee find that a node signed what its model did not say.
   *
   * @param record what it did, with its evidence
   * @param digest by which the record is known
   * @throws NotAgreedException when it does not
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Quorum work(WorkRecord record, Digest digest)
      throws NotAgreedException, InterruptedException {
    return work(
        Fields.address("node", record.getNode()),
        digest,
        JudgeWorkRequest.newBuilder().setRecord(record).build());
  }

  /** The same of a charge, which may be a run of measured answers. */
  public Quorum work(Charge charge) throws NotAgreedException, InterruptedException {
    JudgeWorkRequest.Builder message = JudgeWorkRequest.newBuilder().setRecord(first(charge));
    return work(charge.node(), charge.digest(), message.addAllOthers(others(charge)).build());
  }

  private static WorkRecord first(Charge charge) {
    return charge.works().getFirst().record();
  }

  private static List<WorkRecord> others(Charge charge) {
    return charge.works().stream().skip(1).map(SignedWork::record).toList();
  }

  private Quorum work(Address node, Digest digest, JudgeWorkRequest message)
      throws NotAgreedException, InterruptedException {
    Digest subject = Subjects.fraudSubject(node, digest);
    return asking.ask(
        "node " + node + " is not found to have lied",
        seated.newest(subject),
        Attestation.of(subject, new NodeVerdict(node, 0, NodeVerdict.FRAUD, digest)),
        // Each member checks it with its own copy of the model.
        (asked, member) ->
            asking.longCall(member).judgeWork(message.toBuilder().setAskingRound(asked).build()));
  }

  /**
   * Lets the committee of an appeal decide it.
   *
   * @param record what the node was convicted by
   * @param digest by which the record is known
   * @param overturned the decision that is expected; members who come to the other one refuse
   * @throws NotAgreedException when it does not agree to that decision, or its set is not made yet
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Quorum appeal(WorkRecord record, Digest digest, boolean overturned)
      throws NotAgreedException, InterruptedException {
    return appeal(
        Fields.address("node", record.getNode()),
        digest,
        JudgeAppealRequest.newBuilder().setRecord(record).setOverturned(overturned).build());
  }

  /** The same of a charge, which may be a run of measured answers. */
  public Quorum appeal(Charge charge, boolean overturned)
      throws NotAgreedException, InterruptedException {
    return appeal(
        charge.node(),
        charge.digest(),
        JudgeAppealRequest.newBuilder()
            .setRecord(first(charge))
            .addAllOthers(others(charge))
            .setOverturned(overturned)
            .build());
  }

  /**
   * Lets the committee of an appeal overturn a verdict whose evidence nobody shows. Members do when
   * half of their time is over and nobody brought them the evidence.
   *
   * @param digest of the evidence, as the verdict names it
   * @throws NotAgreedException when it does not agree to that, or its set is not made yet
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Quorum appealUnshown(Address node, Digest digest)
      throws NotAgreedException, InterruptedException {
    return appeal(
        node,
        digest,
        JudgeAppealRequest.newBuilder()
            .setNode(Fields.bytes(node))
            .setEvidenceDigest(Fields.bytes(digest))
            .setOverturned(true)
            .build());
  }

  private Quorum appeal(Address node, Digest digest, JudgeAppealRequest message)
      throws NotAgreedException, InterruptedException {
    boolean overturned = message.getOverturned();
    Digest subject = Subjects.appealSubject(node, digest);
    long set = network.nodes().cutOf(node, digest).on(chain).judgedBy();
    long newest = network.validators().setVersion().on(chain);
    if (set == 0 || set > newest) {
      throw new NotAgreedException(
          "the appeal of node %s is decided by set %d (expected: 1 to %d): wait until it is made"
              .formatted(node, set, newest));
    }
    List<Address> barred = network.nodes().barredOf(node, digest).on(chain);
    return asking.ask(
        "the verdict on node " + node + " is not " + (overturned ? "overturned" : "upheld"),
        seated.without(subject, set, barred),
        Attestation.of(subject, new AppealVerdict(node, digest, overturned)),
        // Each member checks it with its own copy of the model.
        (asked, member) ->
            asking.longCall(member).judgeAppeal(message.toBuilder().setAskingRound(asked).build()));
  }

  /**
   * What a case's committee found, as {@code punish} takes it.
   *
   * @param fault the contract's number
   * @param evidenceDigest of what it was judged by
   */
  public record Guilty(int fault, Digest evidenceDigest, Quorum quorum) {}

  /**
   * Lets the committee of the open case against a validator find that it signed something wrong.
   *
   * @param owner of the accused
   * @param signature the accused's, over the attestation that is wrong
   * @throws NotAgreedException when it does not, no case is open, or its set is not made yet
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Guilty fault(Address owner, FaultEvidence evidence, Signature signature)
      throws NotAgreedException, InterruptedException {
    ValidatorRegistry registry = network.validators();
    long set = registry.cases(owner).on(chain).judgedBy();
    long newest = registry.setVersion().on(chain);
    if (set == 0 || set > newest) {
      throw new NotAgreedException(
          ("the case against %s is judged by set %d (expected: 1 to %d): accuse it, and wait for"
                  + " the next set")
              .formatted(owner, set, newest));
    }
    long round = registry.validatorOf(owner).on(chain).round();
    Digest digest = evidence.attestation().hashStruct();
    FaultVerdict wanted =
        new FaultVerdict(owner, round, FaultVerdict.APPROVED_INVALID_RESULT, digest);
    Digest subject = Subjects.faultSubject(owner, round);
    JudgeFaultRequest message = FaultCodec.message(owner, round, evidence, signature);
    Quorum quorum =
        asking.ask(
            "validator " + owner + " is not found guilty",
            seated.about(subject, set, owner),
            Attestation.of(subject, wanted),
            (asked, member) ->
                asking.call(member).judgeFault(message.toBuilder().setRound(asked).build()));
    return new Guilty(wanted.fault(), digest, quorum);
  }
}
