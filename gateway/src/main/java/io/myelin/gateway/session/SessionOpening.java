package io.myelin.gateway.session;

import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.typeddata.SessionRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that opens a session on chain but the committee's word.
 *
 * @param request what the client signed
 * @param signature of the client
 * @param clientRandom its part of the randomness, bound by the request's nonce
 * @param gatewaySecret the gateway's part
 * @param validatorSet the committee is drawn from
 * @param subnetId that lists the model
 * @param priceVersion that was quoted
 * @param nodes drawn for it, in this order
 * @param maxTasks most tasks; 0 for no limit
 * @param candidates the nodes were drawn from
 * @param permit lets the escrow take the budget; null where an allowance does
 * @param entry who took the request in, when it names no gateway; null when it does
 */
public record SessionOpening(
    SessionRequest request,
    Signature signature,
    Digest clientRandom,
    Digest gatewaySecret,
    long validatorSet,
    Digest subnetId,
    long priceVersion,
    List<Address> nodes,
    long maxTasks,
    List<Candidate> candidates,
    @Nullable SignedPermit permit,
    OpeningProposal.@Nullable Entry entry) {

  /** Copies the lists. */
  public SessionOpening {
    nodes = List.copyOf(nodes);
    candidates = List.copyOf(candidates);
  }
}
