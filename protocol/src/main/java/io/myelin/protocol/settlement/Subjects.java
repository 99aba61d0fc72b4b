package io.myelin.protocol.settlement;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.typeddata.AbsenceVerdict;
import io.myelin.protocol.typeddata.AppealVerdict;
import io.myelin.protocol.typeddata.BatchSettlement;
import io.myelin.protocol.typeddata.FaultVerdict;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.protocol.typeddata.SessionApproval;
import io.myelin.protocol.typeddata.SubnetConfig;

/** What attestations are about: for each, an honest validator signs one content, ever. */
public final class Subjects {
  private Subjects() {}

  /** Of a session's opening at the gateway that its client named: the session itself. */
  public static Digest openingSubject(SessionId sessionId) {
    return Digest.of(sessionId.bytes());
  }

  /**
   * Of a session's opening at a gateway: the session itself when the client named its gateway, else
   * the session at this one, so that who approved it for one that died can for the next.
   *
   * @param requested as in the client's request; the zero address for any
   * @param gateway that opens it
   */
  public static Digest openingSubject(SessionId sessionId, Address requested, Address gateway) {
    return requested.equals(Address.ZERO)
        ? new AbiWords()
            .word(SessionApproval.TYPE.typeHash())
            .word(sessionId)
            .address(gateway)
            .keccak()
        : openingSubject(sessionId);
  }

  /** Of a verdict on a task of the queue: the task itself. */
  public static Digest taskSubject(TaskId taskId) {
    return Digest.of(taskId.bytes());
  }

  /**
   * Of more seats for a session.
   *
   * @param hadSeats how many it has before
   */
  public static Digest extensionSubject(SessionId sessionId, int hadSeats) {
    return new AbiWords()
        .word(SessionApproval.TYPE.typeHash())
        .word(sessionId)
        .uint(hadSeats)
        .keccak();
  }

  /**
   * Of a gateway's batch of settlements.
   *
   * @param batch its number, from 0
   */
  public static Digest batchSubject(Address gateway, long batch) {
    Ranges.uint("batch", batch, 64);
    return new AbiWords()
        .word(BatchSettlement.TYPE.typeHash())
        .address(gateway)
        .uint(batch)
        .keccak();
  }

  /**
   * Of a subnet's configuration.
   *
   * @param version the one that the subnet will have by it, the first is 1
   */
  public static Digest configSubject(Digest subnetId, long version) {
    Ranges.uint("version", version, 64);
    return new AbiWords().word(SubnetConfig.TYPE.typeHash()).word(subnetId).uint(version).keccak();
  }

  /**
   * Of a verdict on a node.
   *
   * @param round which verdict it is, from 0
   */
  public static Digest verdictSubject(Address node, long round) {
    Ranges.uint("round", round, 32);
    return new AbiWords().word(NodeVerdict.TYPE.typeHash()).address(node).uint(round).keccak();
  }

  /**
   * Of a verdict of fraud on a node: its evidence, whatever the round. The verdict itself is signed
   * for round 0.
   *
   * @param evidenceDigest of the work that proves it
   */
  public static Digest fraudSubject(Address node, Digest evidenceDigest) {
    return new AbiWords()
        .word(NodeVerdict.TYPE.typeHash())
        .address(node)
        .word(evidenceDigest)
        .keccak();
  }

  /**
   * Of an appeal against a verdict of fraud: one for each piece of evidence, ever.
   *
   * @param evidenceDigest of the work that the node was convicted by
   */
  public static Digest appealSubject(Address node, Digest evidenceDigest) {
    return new AbiWords()
        .word(AppealVerdict.TYPE.typeHash())
        .address(node)
        .word(evidenceDigest)
        .keccak();
  }

  /**
   * What a validator seals of the share it will show, as {@code ValidatorRegistry.contribute}
   * checks it: {@code keccak256(abi.encode(owner, share))}.
   *
   * @param owner who staked for it
   */
  public static Digest shareSeal(Address owner, Digest share) {
    return new AbiWords().address(owner).word(share).keccak();
  }

  /**
   * Of a validator's absence.
   *
   * @param owner who staked for it
   * @param window {@link AbsenceVerdict#windowOf}
   */
  public static Digest absenceSubject(Address owner, long window) {
    Ranges.uint("window", window, 64);
    return new AbiWords().word(AbsenceVerdict.TYPE.typeHash()).address(owner).uint(window).keccak();
  }

  /**
   * Of a case against a validator.
   *
   * @param owner who staked for it
   * @param round which case it is, as the contract counts them
   */
  public static Digest faultSubject(Address owner, long round) {
    Ranges.uint("round", round, 32);
    return new AbiWords().word(FaultVerdict.TYPE.typeHash()).address(owner).uint(round).keccak();
  }
}
