package io.myelin.contracts.deploy;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * Where an account's next contract will be: the last 20 bytes of keccak256(rlp([account, nonce])).
 */
final class CreatedAddress {
  private static final int SHORT_STRING = 0x80;
  private static final int SHORT_LIST = 0xc0;

  private CreatedAddress() {}

  /**
   * The address of the contract that the account creates in this transaction.
   *
   * @param nonce of the transaction
   */
  static Address of(Address account, long nonce) {
    if (nonce < 0) {
      throw new IllegalArgumentException("nonce: " + nonce + " (expected: >= 0)");
    }
    byte[] number = number(nonce);
    byte[] list = new byte[2 + Address.LENGTH + number.length];
    list[0] = (byte) (SHORT_LIST + list.length - 1);
    list[1] = (byte) (SHORT_STRING + Address.LENGTH);
    System.arraycopy(account.bytes(), 0, list, 2, Address.LENGTH);
    System.arraycopy(number, 0, list, 2 + Address.LENGTH, number.length);
    byte[] hash = Keccak256.hash(list).bytes();
    return Address.of(Arrays.copyOfRange(hash, hash.length - Address.LENGTH, hash.length));
  }

  /** An integer as RLP has it: no leading zero, small ones as themselves. */
  private static byte[] number(long nonce) {
    if (nonce == 0) {
      return new byte[] {(byte) SHORT_STRING};
    }
    byte[] bytes = BigInteger.valueOf(nonce).toByteArray();
    if (bytes[0] == 0) {
      bytes = Arrays.copyOfRange(bytes, 1, bytes.length);
    }
    if (bytes.length == 1 && (bytes[0] & SHORT_STRING) == 0) {
      return bytes;
    }
    byte[] prefixed = new byte[bytes.length + 1];
    prefixed[0] = (byte) (SHORT_STRING + bytes.length);
    System.arraycopy(bytes, 0, prefixed, 1, bytes.length);
    return prefixed;
  }
}
