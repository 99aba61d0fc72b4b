package io.myelin.client.examples;

import io.myelin.client.ClientSession;
import io.myelin.client.GatewayClient;
import io.myelin.client.GatewayClient.Message;
import io.myelin.client.MyelinNetwork;
import io.myelin.protocol.crypto.OperatorKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds a network's gateways, opens a session and asks: java … Ask.java NETWORK KEYFILE "…" */
final class Ask {
  private Ask() {}

  public static void main(String... args) throws Exception {
    MyelinNetwork network = MyelinNetwork.find(args[0]);
    OperatorKey account = OperatorKey.parse(Files.readString(Path.of(args[1])).strip());
    String model = "smollm2-135m-instruct";
    ClientSession session = network.open(account, ClientSession.Terms.usual(model, 1));
    try (GatewayClient gateway = session.connect()) {
      GatewayClient.Answer answer =
          gateway.chat(model, List.of(new Message("user", args[2])), System.out::print);
      System.out.println("\nreceipt: " + answer.receiptUrl());
    } finally {
      session.close();
    }
  }
}
