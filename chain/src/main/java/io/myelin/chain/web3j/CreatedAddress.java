package io.myelin.chain.web3j;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import java.util.Arrays;
import org.web3j.rlp.RlpEncoder;
import org.web3j.rlp.RlpList;
import org.web3j.rlp.RlpString;

/**
 * Where an account's next contract will be: the last 20 bytes of keccak256(rlp([account, nonce])).
 */
public final class CreatedAddress {
  private CreatedAddress() {}

  /**
   * The address of the contract that the account creates in this transaction.
   *
   * @param nonce of the transaction
   */
  public static Address of(Address account, long nonce) {
    if (nonce < 0) {
      throw new IllegalArgumentException("nonce: " + nonce + " (expected: >= 0)");
    }
    byte[] list =
        RlpEncoder.encode(new RlpList(RlpString.create(account.bytes()), RlpString.create(nonce)));
    byte[] hash = Keccak256.hash(list).bytes();
    return Address.of(Arrays.copyOfRange(hash, hash.length - Address.LENGTH, hash.length));
  }
}
