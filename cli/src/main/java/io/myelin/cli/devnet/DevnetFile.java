package io.myelin.cli.devnet;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.devnet.genesis.DevnetChain;
import io.myelin.cli.node.KeyFile;
import io.myelin.client.ClientSession;
import io.myelin.contracts.deploy.NetworkContracts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * {@code devnet.json}: what runs where, for programs. The dashboard is absent until the network has
 * one.
 */
final class DevnetFile {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private DevnetFile() {}

  static Path in(Path data) {
    return data.resolve("devnet.json");
  }

  /** Writes it whole or not at all; it holds a key, so only its owner may read it. */
  static void write(
      Path data,
      List<GatewayMember> gateways,
      List<Member> computeNodes,
      List<ValidatorMember> validators,
      List<RegistryMember> registries,
      DevnetChain chain,
      SubnetLayout layout,
      List<String> models,
      ClientSession session,
      Path clientKey)
      throws IOException {
    ObjectNode json = JSON.createObjectNode();
    ArrayNode gatewayList = json.putArray("gateways");
    for (int number = 1; number <= gateways.size(); number++) {
      GatewayMember gateway = gateways.get(number - 1);
      ObjectNode entry = gatewayList.addObject();
      entry
          .put("url", gateway.url().toString())
          .put("grpc", gateway.url().toString())
          .put("id", gateway.member().id().toString())
          .put("pid", gateway.member().pid());
      names(entry.putArray("subnets"), layout.subnetsOf(number), chain);
    }
    ArrayNode computeList = json.putArray("compute");
    for (int number = 1; number <= computeNodes.size(); number++) {
      Member node = computeNodes.get(number - 1);
      List<String> served = layout.modelsOfNode(number, models);
      ObjectNode entry =
          computeList
              .addObject()
              .put("id", node.id().toString())
              .put("pid", node.pid())
              .put("model", served.getFirst())
              .put("slots", DevnetPlan.SLOTS);
      served.forEach(entry.putArray("models")::add);
      names(entry.putArray("subnets"), List.of(layout.subnetOf(number)), chain);
    }
    ArrayNode subnetList = json.putArray("subnets");
    for (int number = 1; number <= layout.subnets(); number++) {
      ObjectNode entry =
          subnetList
              .addObject()
              .put("id", "0x" + chain.subnetIds().get(number - 1))
              .put("name", SubnetLayout.name(number).text());
      layout.modelsOf(number, models).forEach(entry.putArray("models")::add);
      ArrayNode served = entry.putArray("gateways");
      layout
          .gatewaysOf(number)
          .forEach(gateway -> served.add(gateways.get(gateway - 1).member().id().toString()));
    }
    ArrayNode validatorList = json.putArray("validators");
    for (ValidatorMember validator : validators) {
      validatorList
          .addObject()
          .put("id", validator.member().id().toString())
          .put("pid", validator.member().pid())
          .put("url", validator.url().toString());
    }
    ArrayNode registryList = json.putArray("registry");
    for (RegistryMember registry : registries) {
      registryList
          .addObject()
          .put("id", registry.member().id().toString())
          .put("record", registry.record())
          .put("grpc", registry.url().toString())
          .put("pid", registry.member().pid());
    }
    ObjectNode chainEntry =
        json.putObject("chain")
            .put("rpc", chain.rpc().toString())
            .put("chainId", chain.network().chainId())
            .put("pid", chain.pid())
            .put("subnet", "0x" + chain.subnetId());
    contracts(chainEntry.putObject("contracts"), chain.network());
    json.putObject("client")
        .put("address", session.client().toString())
        .put("keyFile", clientKey.toString())
        .put("apiKey", session.apiKey())
        .put("session", session.id());
    json.put("data", data.toString());
    replace(data, json);
  }

  private static void names(ArrayNode list, List<Integer> subnets, DevnetChain chain) {
    subnets.forEach(subnet -> list.add("0x" + chain.subnetIds().get(subnet - 1)));
  }

  private static void contracts(ObjectNode json, NetworkContracts network) {
    json.put("MyelinDirectory", network.directory().address().toString());
    json.put("MyelinToken", network.token().address().toString());
    json.put("Parameters", network.parameters().address().toString());
    json.put("ValidatorRegistry", network.validators().address().toString());
    json.put("SubnetRegistry", network.subnets().address().toString());
    json.put("NodePool", network.nodes().address().toString());
    json.put("Session", network.sessions().address().toString());
    json.put("SessionQueue", network.queue().address().toString());
    json.put("InferencePayment", network.payment().address().toString());
    json.put("NodeStats", network.stats().address().toString());
    json.put("Cognitive", network.cognitive().address().toString());
  }

  private static void replace(Path data, ObjectNode json) throws IOException {
    Path temporary = data.resolve("devnet.json.tmp");
    Files.deleteIfExists(temporary);
    KeyFile.writePrivate(temporary, JSON.writeValueAsString(json) + "\n");
    Files.move(temporary, in(data), StandardCopyOption.ATOMIC_MOVE);
  }
}
