package io.myelin.gateway.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.session.ReceiptProofs;
import java.util.List;

/** How a receipt is held to what was settled on chain. Open to everybody, as receipts are. */
public final class ProofOperations {
  private final ReceiptProofs proofs;

  /** Over the settled sessions. */
  public ProofOperations(ReceiptProofs proofs) {
    this.proofs = proofs;
  }

  List<Route> routes() {
    return List.of(
        new Route(HttpMethod.GET, "/api/v1/tasks/{id}/proof", "getProof", 0, this::proof));
  }

  private HttpResponse proof(Call call) throws ApiError {
    String id = call.id("task");
    ReceiptProofs.ReceiptProof proof =
        proofs
            .of(id)
            .orElseThrow(
                () ->
                    ApiError.refused(
                        HttpStatus.NOT_FOUND,
                        "proof_not_found",
                        "No proof for task "
                            + id
                            + " (expected: one with a receipt, in a session that is settled)."));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("root", "0x" + proof.root()).put("leaf", "0x" + proof.leaf());
    var path = json.putArray("proof");
    proof.path().forEach(sibling -> path.add("0x" + sibling));
    return Answers.ok(json);
  }
}
