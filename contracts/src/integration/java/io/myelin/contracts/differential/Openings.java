package io.myelin.contracts.differential;

import io.myelin.chain.Bytes;
import io.myelin.chain.ChainClient;
import io.myelin.contracts.Session;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.SessionRequest;
import java.math.BigInteger;

/** Sessions that their client has signed and their committee has approved. */
final class Openings {
  private static final Digest SESSION_APPROVAL =
      Words.text(
          "SessionApproval(bytes32 sessionId,bytes32 termsDigest,bytes32 subnetId,"
              + "uint64 priceVersion,bytes32 nodesDigest,bytes32 seed)");

  private Openings() {}

  /** Has a session signed by its client and approved by its committee. */
  static Prepared prepare(Network network, Plan plan) {
    NetworkContracts contracts = network.contracts();
    ChainClient chain = network.chain();
    OperatorKey client = network.client();
    Digest clientRandom = Words.text("random " + plan.name());
    Digest secret = Words.text("secret " + plan.name());
    Session sessions = contracts.sessions();
    Digest nonce = sessions.nonceOf(clientRandom, Words.hash(secret), 1).on(chain);
    SessionRequest request =
        new SessionRequest(
            client.address(),
            plan.gateway(),
            Network.MODEL,
            plan.redundancy(),
            1,
            plan.budgetWei(),
            (Network.START_SECONDS + plan.lifetimeSeconds()) * 1_000,
            nonce);
    Digest id = contracts.domain().digest(request);
    Session.Opening unsigned =
        unsigned(network, plan, request, clientRandom, secret, Bytes.of(client.sign(id).bytes()));
    Session.TermsOfAnswer terms = sessions.termsOf(unsigned).on(chain);
    Committee committee =
        network.committee(contracts.validators().committee(terms.tail().seed(), 1).on(chain));
    Digest content =
        sessions
            .approvalOf(id, Prepared.termsDigest(terms.brief()), terms.tail(), plan.nodes())
            .on(chain);
    Committee.Attested word = committee.attest(plan.approvals(), SESSION_APPROVAL, id, content);
    Session.Opening opening =
        new Session.Opening(
            unsigned.request(),
            unsigned.clientSignature(),
            clientRandom,
            secret,
            1,
            network.subnetId(),
            1,
            plan.nodes(),
            plan.maxTasks(),
            word.seats(),
            word.signatures());
    return new Prepared(opening, terms.brief(), terms.tail(), committee);
  }

  private static Session.Opening unsigned(
      Network network,
      Plan plan,
      SessionRequest r,
      Digest clientRandom,
      Digest secret,
      Bytes signature) {
    return new Session.Opening(
        new Session.SessionRequest(
            r.client(),
            r.gateway(),
            r.model(),
            r.redundancy(),
            r.verification(),
            r.budgetWei(),
            r.expiryMillis(),
            r.nonce()),
        signature,
        clientRandom,
        secret,
        1,
        network.subnetId(),
        1,
        plan.nodes(),
        plan.maxTasks(),
        BigInteger.ZERO,
        Bytes.EMPTY);
  }

  static Session.Permit noPermit() {
    return new Session.Permit(BigInteger.ZERO, BigInteger.ZERO, 0, Digest.ZERO, Digest.ZERO);
  }
}
