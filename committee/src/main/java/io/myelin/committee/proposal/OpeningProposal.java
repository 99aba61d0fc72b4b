package io.myelin.committee.proposal;

import io.myelin.contracts.terms.ChainTerms;

/**
 * A session that a gateway wants to open.
 *
 * @param terms all that opens it, but for the approvals
 * @param pool what its nodes were drawn from
 */
public record OpeningProposal(ChainTerms.OpeningTerms terms, PoolView pool) {}
