package io.myelin.chain.transaction;

import io.myelin.chain.ChainClient;
import io.myelin.chain.store.ChainStore;
import io.myelin.chain.testing.Adapter;
import io.myelin.chain.testing.contracts.Coin;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Random;

/** A child that submits payments 0 to n - 1 and waits for all; it is killed in the middle. */
final class PayingMain {
  private PayingMain() {}

  public static void main(String[] arguments) throws Exception {
    ChainClient chain = Adapter.client(31_337, URI.create(arguments[0]));
    OperatorKey key = OperatorKey.generate(new Random(7));
    Coin coin = new Coin(Address.parse(arguments[2]));
    int payments = Integer.parseInt(arguments[3]);
    ChainStore store = ChainStore.open(Path.of(arguments[1]));
    ChainSender sender =
        ChainSender.start(
            chain,
            key,
            store.intents(chain.chainId(), chain.genesis(), key.address()),
            SenderPolicy.local(),
            InstantSource.system());
    System.out.println("started");
    var all = new java.util.ArrayList<java.util.concurrent.CompletableFuture<?>>();
    for (int i = 0; i < payments; i++) {
      String id = "payment/" + i;
      all.add(
          sender.submit(TransactionIntent.of(id, coin.pay(ref(id), Address.ZERO, BigInteger.ONE))));
    }
    for (var one : all) {
      one.get();
    }
    System.out.println("done");
    sender.close();
    store.close();
    chain.close();
  }

  static io.myelin.protocol.ids.Digest ref(String id) {
    return Keccak256.hash(id.getBytes(StandardCharsets.UTF_8));
  }
}
