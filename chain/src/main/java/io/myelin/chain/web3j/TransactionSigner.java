package io.myelin.chain.web3j;

import io.myelin.chain.Bytes;
import io.myelin.chain.Fees;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.web3j.rlp.RlpEncoder;
import org.web3j.rlp.RlpList;
import org.web3j.rlp.RlpString;
import org.web3j.rlp.RlpType;

/**
 * Signs EIP-1559 transactions. web3j writes the wire form; libsecp256k1 signs, a hundred times
 * faster than web3j's own curve. Signatures are deterministic: the same input gives the same bytes.
 */
public final class TransactionSigner {
  private static final byte TYPE_1559 = 2;

  private final OperatorKey key;
  private final long chainId;

  /** Signs with this key for this chain only (EIP-155). */
  public TransactionSigner(OperatorKey key, long chainId) {
    if (chainId < 1) {
      throw new IllegalArgumentException("chain id: " + chainId + " (expected: >= 1)");
    }
    this.key = key;
    this.chainId = chainId;
  }

  /** The account that pays. */
  public Address account() {
    return key.address();
  }

  /**
   * Signs.
   *
   * @param nonce how many transactions of the account come before this one
   * @param gasLimit gas it may use
   * @param to the contract; empty to create one
   */
  public SignedTransaction sign(
      long nonce, Fees fees, long gasLimit, Optional<Address> to, BigInteger valueWei, Bytes data) {
    List<RlpType> fields =
        new ArrayList<>(
            List.of(
                RlpString.create(chainId),
                RlpString.create(nonce),
                RlpString.create(fees.tipWei()),
                RlpString.create(fees.maxWei()),
                RlpString.create(gasLimit),
                RlpString.create(to.map(Address::bytes).orElse(new byte[0])),
                RlpString.create(valueWei),
                RlpString.create(data.toArray()),
                new RlpList()));
    Signature signature = key.sign(Keccak256.hash(envelope(fields)));
    byte[] rsv = signature.bytes();
    fields.add(RlpString.create(rsv[64] - 27));
    fields.add(RlpString.create(new BigInteger(1, Arrays.copyOfRange(rsv, 0, 32))));
    fields.add(RlpString.create(new BigInteger(1, Arrays.copyOfRange(rsv, 32, 64))));
    byte[] raw = envelope(fields);
    return new SignedTransaction(Bytes.of(raw), Keccak256.hash(raw));
  }

  private static byte[] envelope(List<RlpType> fields) {
    byte[] list = RlpEncoder.encode(new RlpList(fields));
    byte[] typed = new byte[list.length + 1];
    typed[0] = TYPE_1559;
    System.arraycopy(list, 0, typed, 1, list.length);
    return typed;
  }
}
