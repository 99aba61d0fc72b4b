package io.myelin.registry.mempool;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.FixedBytes;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.mempool.Announcement;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.EntryPledge;
import io.myelin.protocol.typeddata.PendingCancel;
import io.myelin.protocol.typeddata.PendingRequest;
import io.myelin.protocol.typeddata.SessionRequest;
import io.myelin.v1.PendingCancellation;
import io.myelin.v1.PendingEntry;
import java.math.BigInteger;
import java.util.function.Function;

/** Announcements as messages, and back. What comes back is well formed, and not checked. */
public final class MempoolCodec {
  private static final int MAX_WEI_BYTES = 16;

  private MempoolCodec() {}

  /** As a message. */
  public static PendingEntry message(Announcement one) {
    SessionRequest request = one.request();
    PendingRequest pending = one.pending();
    return PendingEntry.newBuilder()
        .setClient(bytes(request.client()))
        .setModel(request.model())
        .setRedundancy(request.redundancy())
        .setVerification(request.verification())
        .setBudgetWei(wei(request.budgetWei()))
        .setExpiryMillis(request.expiryMillis())
        .setRequestNonce(bytes(request.nonce()))
        .setRequestSignature(ByteString.copyFrom(one.requestSignature().bytes()))
        .setClientRandom(bytes(one.clientRandom()))
        .setValidatorSet(one.validatorSet())
        .setSubnetId(bytes(pending.subnetId()))
        .setNonce(pending.nonce())
        .setValidUntilMillis(pending.validUntilMillis())
        .setKeyHash(bytes(pending.keyHash()))
        // 32 bits without a sign, as the message has it.
        .setMaxTasks((int) pending.maxTasks())
        .setPendingSignature(ByteString.copyFrom(one.pendingSignature().bytes()))
        .setEntryGateway(bytes(one.entry()))
        .setGatewaySecret(bytes(one.pledge().gatewaySecret()))
        .setPledgeUntilMillis(one.pledge().validUntilMillis())
        .setPledgeSignature(ByteString.copyFrom(one.pledgeSignature().bytes()))
        .setTask(one.task())
        .build();
  }

  /**
   * Of a message.
   *
   * @throws IllegalArgumentException when a field is missing or out of range; names it
   */
  public static Announcement announcement(PendingEntry entry, Eip712Domain domain) {
    SessionRequest request =
        new SessionRequest(
            field("client", entry.getClient(), Address::of),
            Address.ZERO,
            entry.getModel(),
            entry.getRedundancy(),
            entry.getVerification(),
            amount("budget_wei", entry.getBudgetWei()),
            entry.getExpiryMillis(),
            field("request_nonce", entry.getRequestNonce(), Digest::of));
    SessionId id = SessionId.of(domain.digest(request).bytes());
    return new Announcement(
        request,
        field("request_signature", entry.getRequestSignature(), Signature::of),
        field("client_random", entry.getClientRandom(), Digest::of),
        entry.getValidatorSet(),
        new PendingRequest(
            id,
            field("subnet_id", entry.getSubnetId(), Digest::of),
            entry.getNonce(),
            entry.getValidUntilMillis(),
            field("key_hash", entry.getKeyHash(), Digest::of),
            Integer.toUnsignedLong(entry.getMaxTasks()),
            Announcement.taskDigest(entry.getTask())),
        field("pending_signature", entry.getPendingSignature(), Signature::of),
        field("entry_gateway", entry.getEntryGateway(), Address::of),
        new EntryPledge(
            id,
            field("gateway_secret", entry.getGatewaySecret(), Digest::of),
            entry.getPledgeUntilMillis()),
        field("pledge_signature", entry.getPledgeSignature(), Signature::of),
        entry.getTask());
  }

  /** A signed cancel as a message. */
  public static PendingCancellation message(PendingCancel cancel, Signature signature) {
    return PendingCancellation.newBuilder()
        .setClient(bytes(cancel.client()))
        .setNonce(cancel.nonce())
        .setUntilMillis(cancel.untilMillis())
        .setSignature(ByteString.copyFrom(signature.bytes()))
        .build();
  }

  /**
   * What was signed.
   *
   * @throws IllegalArgumentException when a field is missing or out of range; names it
   */
  public static PendingCancel cancel(PendingCancellation message) {
    return new PendingCancel(
        field("client", message.getClient(), Address::of),
        message.getNonce(),
        message.getUntilMillis());
  }

  static ByteString bytes(FixedBytes value) {
    return ByteString.copyFrom(value.bytes());
  }

  private static ByteString wei(BigInteger value) {
    byte[] bytes = value.toByteArray();
    int skip = bytes[0] == 0 ? 1 : 0;
    return ByteString.copyFrom(bytes, skip, bytes.length - skip);
  }

  private static BigInteger amount(String name, ByteString value) {
    if (value.size() > MAX_WEI_BYTES) {
      throw new IllegalArgumentException(
          name + ": " + value.size() + " bytes (expected: at most " + MAX_WEI_BYTES + ")");
    }
    return new BigInteger(1, value.toByteArray());
  }

  static <T> T field(String name, ByteString value, Function<byte[], T> make) {
    try {
      return make.apply(value.toByteArray());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }
}
