package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Digest;

/**
 * One struct of EIP-712 typed data. An implementation names its type and writes its fields, in the
 * type's order, to whoever asks: the hash or the JSON that a wallet shows.
 */
public sealed interface TypedStruct
    permits Eip712Domain,
        NodeHello,
        OperatorConsent,
        TaskOffer,
        TaskCommit,
        SessionRequest,
        ReceiptAttestation,
        Attestation,
        NodeVoucher,
        SessionClose,
        RoundRequest,
        RoundResult,
        SessionApproval,
        AbsenceVerdict,
        AppealVerdict,
        BatchSettlement,
        FaultVerdict,
        TaskVerdict,
        TaskRequest,
        TaskCancel,
        SubnetConfig,
        NodeVerdict,
        VerdictSeal,
        EntryPledge,
        PendingRequest,
        PendingCancel,
        EvidenceRead,
        NodeGoodbye {

  /** Name and fields. */
  StructType type();

  /** Writes each field once, in the order of {@link #type()}. */
  void writeTo(FieldWriter writer);

  /** EIP-712's {@code hashStruct}: Keccak-256 over type hash and encoded fields. */
  default Digest hashStruct() {
    StructEncoder encoder = new StructEncoder(type());
    writeTo(encoder);
    return encoder.finish();
  }
}
