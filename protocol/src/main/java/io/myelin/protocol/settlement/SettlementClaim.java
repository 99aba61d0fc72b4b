package io.myelin.protocol.settlement;

import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.List;

/**
 * What a gateway claims of one session in a batch.
 *
 * @param brief the session's terms as they are now
 * @param tail whose digest the brief holds
 * @param receiptsRoot over the session's receipts
 * @param tasks how many there are
 * @param earnedWei what each seat earned, before the split
 */
public record SettlementClaim(
    SessionBrief brief,
    SessionTail tail,
    Digest receiptsRoot,
    long tasks,
    List<BigInteger> earnedWei) {
  public SettlementClaim {
    earnedWei = List.copyOf(earnedWei);
  }

  /**
   * Who gets what by it.
   *
   * @throws IllegalArgumentException when the contract would refuse it
   */
  public Split split() {
    return Split.of(brief, receiptsRoot, tasks, earnedWei, false);
  }

  /**
   * The digest over a batch of claims, which a committee attests.
   *
   * @throws IllegalArgumentException when the contract would refuse one of them
   */
  public static Digest batchDigest(List<SettlementClaim> claims) {
    Digest digest = BatchDigest.START;
    for (SettlementClaim claim : claims) {
      Digest settlement = claim.split().settlement().digest(claim.brief().digest());
      digest = BatchDigest.next(digest, settlement, claim.tasks());
    }
    return digest;
  }
}
