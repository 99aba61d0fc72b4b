package io.myelin.cli.subnet;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;

/** Subnets, for people and for programs. */
final class SubnetPrinter {
  private SubnetPrinter() {}

  static void print(SubnetState subnet, PrintWriter out) {
    out.println("subnet    0x" + subnet.id());
    out.println("owner     " + subnet.owner());
    out.println("version   " + subnet.version());
    for (SubnetState.Listed model : subnet.models()) {
      out.println(
          "model     %s  %s gwei a token (price %d)  %s"
              .formatted(
                  model.priced().model(),
                  model.priced().price(),
                  model.priceVersion(),
                  model.weights()));
    }
    if (subnet.models().isEmpty()) {
      out.println("model     none yet");
    }
    for (SubnetState.Gateway gateway : subnet.gateways()) {
      out.println(
          "gateway   "
              + gateway.address()
              + (gateway.ready() ? "  ready" : "  not ready: ./myelin stake gateway show"));
    }
    if (subnet.gateways().isEmpty()) {
      out.println("gateway   none yet");
    }
  }

  static ObjectNode json(SubnetState subnet) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", "0x" + subnet.id())
            .put("owner", subnet.owner().toString())
            .put("version", subnet.version());
    ArrayNode models = json.putArray("models");
    for (SubnetState.Listed model : subnet.models()) {
      models
          .addObject()
          .put("id", model.priced().model())
          .put("inputWei", model.priced().inputWei().toString())
          .put("outputWei", model.priced().outputWei().toString())
          .put("priceVersion", model.priceVersion())
          .put("weightsDigest", model.weightsDigest().hex());
    }
    ArrayNode gateways = json.putArray("gateways");
    for (SubnetState.Gateway gateway : subnet.gateways()) {
      gateways
          .addObject()
          .put("id", gateway.address().toString())
          .put("owner", gateway.owner().toString())
          .put("ready", gateway.ready());
    }
    return json;
  }
}
