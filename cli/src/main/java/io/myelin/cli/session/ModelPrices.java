package io.myelin.cli.session;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.client.ClientSession;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import io.myelin.protocol.work.LevelPrice;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * What a gateway's models cost.
 *
 * @param all in the gateway's order, text first
 */
record ModelPrices(List<Model> all) {

  /** One model, for one node. */
  record Model(String id, BigInteger inputWei, BigInteger outputWei) {

    /** At each level; 0 nodes for as many as are usual. */
    List<LevelPrice> levels(int nodes) {
      return LevelPrice.table(inputWei, outputWei, nodes);
    }
  }

  static ModelPrices at(Endpoint endpoint) {
    try (GatewayClient http = new GatewayClient(endpoint)) {
      return of(http.get("/api/v1/network"));
    }
  }

  static ModelPrices of(JsonNode network) {
    List<Model> all = new ArrayList<>();
    for (JsonNode model : network.path("models")) {
      all.add(
          new Model(
              model.path("id").asText(),
              new BigInteger(model.path("priceInputWei").asText("0")),
              new BigInteger(model.path("priceOutputWei").asText("0"))));
    }
    return new ModelPrices(all);
  }

  /** What a session on these terms will cost, before it is opened. */
  String line(ClientSession.Terms terms) {
    String nodes =
        "%s, %d node%s a task"
            .formatted(
                terms.verification().label(),
                terms.redundancy(),
                terms.redundancy() == 1 ? "" : "s");
    List<String> prices = new ArrayList<>();
    for (Model model : all) {
      if (terms.model().equals(ClientSession.ANY_MODEL) || terms.model().equals(model.id())) {
        LevelPrice price =
            LevelPrice.of(
                terms.verification(), model.inputWei(), model.outputWei(), terms.redundancy());
        prices.add(
            "%s %s wei a prompt token, %s an output token"
                .formatted(model.id(), price.inputWei(), price.outputWei()));
      }
    }
    return "price    "
        + nodes
        + (prices.isEmpty() ? "" : ", together: " + String.join("; ", prices))
        + "; at most "
        + terms.budgetWei()
        + " wei";
  }
}
