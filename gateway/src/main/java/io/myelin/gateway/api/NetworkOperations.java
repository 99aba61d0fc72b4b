package io.myelin.gateway.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.StrictJson;
import io.myelin.gateway.session.NodeDirectory;
import io.myelin.gateway.session.NodeView;
import io.myelin.gateway.session.Sessions;
import io.myelin.gateway.session.SubnetView;
import io.myelin.protocol.ids.Address;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;

/**
 * What there is: nodes, subnets, the network as a page shows it. Open to everybody: nodes announce
 * themselves to be found, and nothing here tells who asks for what. Addresses of machines are never
 * shown.
 */
public final class NetworkOperations {
  private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-f]{40}");

  private final Identity identity;
  private final NodeDirectory nodes;
  private final Sessions sessions;
  private final IntSupplier queueDepth;

  /**
   * Who this gateway is.
   *
   * @param address of its key, 0x and 40 hex digits
   * @param chainId of the EIP-712 domain that its clients sign for
   * @param verifyingContract of that domain: the network's directory
   * @param contracts addresses by the contracts' names
   */
  public record Identity(
      String address, long chainId, String verifyingContract, Map<String, String> contracts) {
    /** Copies, in order. */
    public Identity {
      contracts = Collections.unmodifiableMap(new LinkedHashMap<>(contracts));
    }
  }

  /** Over what the gateway knows. */
  public NetworkOperations(
      Identity identity, NodeDirectory nodes, Sessions sessions, IntSupplier queueDepth) {
    this.identity = identity;
    this.nodes = nodes;
    this.sessions = sessions;
    this.queueDepth = queueDepth;
  }

  List<Route> routes() {
    return List.of(
        new Route(HttpMethod.GET, "/api/v1/nodes", "listNodes", 0, _ -> nodes()),
        new Route(HttpMethod.GET, "/api/v1/nodes/{id}", "getNode", 0, this::node),
        new Route(HttpMethod.GET, "/api/v1/subnets", "listSubnets", 0, _ -> subnets()),
        new Route(HttpMethod.GET, "/api/v1/network", "getNetwork", 0, _ -> network()));
  }

  private HttpResponse nodes() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("nodes", Views.list(nodes.nodes(), this::view));
    return Answers.ok(json);
  }

  private HttpResponse node(Call call) throws ApiError {
    String id = String.valueOf(call.ctx().pathParam("id")).toLowerCase(Locale.ROOT);
    return Answers.ok(
        nodes
            .node(id)
            .map(this::view)
            .or(() -> absent(id))
            .orElseThrow(
                () ->
                    Call.notFound(
                        "node",
                        StrictJson.shortened(id)
                            + " (expected: the address of one that is connected or in the pool)")));
  }

  /**
   * Why a node of the pool that is not connected here gets nothing: a suspended one is sent away.
   */
  private Optional<ObjectNode> absent(String id) {
    if (!ADDRESS.matcher(id).matches() || !sessions.isInPool(id)) {
      return Optional.empty();
    }
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put("connected", false)
            .put("state", sessions.nodeState(id));
    sessions.reputation(id).ifPresent(known -> json.set("reputation", Views.reputation(known)));
    return Optional.of(json);
  }

  private HttpResponse subnets() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("subnets", Views.list(sessions.subnets(), this::subnet));
    return Answers.ok(json);
  }

  /** This gateway first: the chain may not name it yet. */
  private ObjectNode subnet(SubnetView subnet) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("id", "0x" + subnet.id());
    ArrayNode gateways = json.putArray("gateways").add(identity.address());
    subnet.gateways().stream()
        .map(Address::toString)
        .filter(gateway -> !gateway.equals(identity.address()))
        .forEach(gateways::add);
    json.set("models", Views.list(subnet.models(), Views::model));
    return json;
  }

  private HttpResponse network() {
    List<NodeView> connected = nodes.nodes();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode gateway = json.putObject("gateway");
    gateway.put("address", identity.address()).put("subnet", "0x" + sessions.standing().subnetId());
    ArrayNode subnets = gateway.putArray("subnets");
    sessions.standing().subnetIds().forEach(id -> subnets.add("0x" + id));
    gateway
        .put("seedCommitment", "0x" + sessions.seedCommitment())
        .put("validatorSet", sessions.standing().validatorSet());
    json.putObject("signing")
        .put("name", "Myelin")
        .put("version", "1")
        .put("chainId", identity.chainId())
        .put("verifyingContract", identity.verifyingContract());
    ObjectNode contracts = json.putObject("contracts");
    identity.contracts().forEach(contracts::put);
    json.putObject("totals")
        .put("nodes", connected.size())
        .put("slots", connected.stream().mapToInt(NodeView::slots).sum())
        .put("tasksRunning", connected.stream().mapToInt(NodeView::running).sum())
        .put("tasksQueued", queueDepth.getAsInt())
        .put("sessionsActive", sessions.activeCount());
    json.set("models", Views.list(sessions.models(), Views::model));
    json.set("nodes", Views.list(connected, this::view));
    return Answers.ok(json);
  }

  /** A node that drains says so itself; the rest the pool knows. */
  private ObjectNode view(NodeView node) {
    ObjectNode json = Views.node(node);
    sessions
        .reputation(node.id())
        .ifPresent(known -> json.set("reputation", Views.reputation(known)));
    return node.state().equals("draining")
        ? json
        : json.put("state", sessions.nodeState(node.id()));
  }
}
