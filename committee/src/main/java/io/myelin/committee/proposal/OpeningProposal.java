package io.myelin.committee.proposal;

import io.myelin.chain.ChainClient;
import io.myelin.chain.abi.ContractRead;
import io.myelin.contracts.Session;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import java.util.Optional;

/**
 * A session that a gateway wants to open.
 *
 * @param terms all that opens it, but for the approvals
 * @param pool what its nodes were drawn from
 * @param entry who took the request in, when its client left open which gateway opens it
 */
public record OpeningProposal(ChainTerms.OpeningTerms terms, PoolView pool, Optional<Entry> entry) {

  /** Of a request to one gateway. */
  public OpeningProposal(ChainTerms.OpeningTerms terms, PoolView pool) {
    this(terms, pool, Optional.empty());
  }

  /**
   * A request to any gateway of the subnet.
   *
   * @param opening the gateway that opens it
   * @param gateway that took it in, and gave its secret
   * @param validUntilMillis of its pledge (Unix time)
   * @param signature of its {@link io.myelin.protocol.typeddata.EntryPledge}
   */
  public record Entry(
      Address opening, Address gateway, long validUntilMillis, Signature signature) {}

  /**
   * The terms that the contract would give it now, opened by that gateway.
   *
   * @throws io.myelin.chain.RevertedException when the contract would not
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Session.TermsOfAnswer termsOn(Session sessions, ChainClient chain) {
    ContractRead<Session.TermsOfAnswer> question = sessions.termsOf(terms.unapproved());
    // Of a request that names its gateway the answer is the same for everybody.
    return entry.isPresent() ? question.as(opening(), chain) : question.on(chain);
  }

  /** The gateway that opens it. */
  public Address opening() {
    return entry.map(Entry::opening).orElse(terms.request().gateway());
  }
}
