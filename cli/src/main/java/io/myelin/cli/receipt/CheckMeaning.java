package io.myelin.cli.receipt;

import java.util.Map;

/**
 * What a check proves when it holds, and what it does not.
 *
 * @param proves for people
 * @param leavesOpen what somebody could still have done
 */
record CheckMeaning(String proves, String leavesOpen) {
  private static final Map<String, CheckMeaning> ALL =
      Map.ofEntries(
          meaning(
              "schema",
              "the file is a receipt with every field it must have, and none else",
              "that anything in it is true"),
          meaning(
              "gateway_signature",
              "the gateway named in it stands by the whole receipt",
              "that this is the gateway you asked; and it can sign what is untrue"),
          meaning(
              "gateway",
              "the gateway that signed is the one you expected",
              "nothing beyond its signature"),
          meaning(
              "node_signatures",
              "each node stands by the output and the counts it is paid for",
              "that it ran the model it was asked to run"),
          meaning(
              "precommits",
              "each node was bound to its answer before it could see another's",
              "that nodes of one owner did not talk to each other"),
          meaning("distinct_nodes", "no node is paid twice", "that they have different owners"),
          meaning(
              "primary_commit",
              "one node stands by exactly the text that was streamed",
              "that the text is any good"),
          meaning(
              "token_counts",
              "the counts you pay for are those the node signed",
              "that the text has so many tokens: hash_chain does"),
          meaning(
              "price",
              "every share and the sum follow from counts and prices per token",
              "that these prices were agreed: session_price does"),
          meaning(
              "segments",
              "who delivered which part leaves no gap and no overlap",
              "that a node which died and never committed was there"),
          meaning(
              "verdict",
              "the gateway recorded nothing that speaks against the receipt",
              "that it looked closely"),
          meaning(
              "spec_digest",
              "the work done is the work you asked for, to the last option",
              "that the model obeyed"),
          meaning(
              "output_digest",
              "the text you have is the text that was receipted",
              "which model wrote it"),
          meaning(
              "hash_chain",
              "you received every chunk, in order, and as many tokens as are counted",
              "who made them"),
          meaning(
              "merkle_path",
              "the receipt is one of those under the root",
              "that this root was settled, unless it came from the chain or from you"),
          meaning(
              "chain_domain",
              "its signatures count on this chain and network, and nowhere else",
              "that the chain's endpoint is honest: ask several"),
          meaning(
              "session_terms",
              "gateway, model and nodes are those a committee approved for the session",
              "that the committee chose well"),
          meaning(
              "session_price",
              "the prices per token are those the session was opened at",
              "that they are fair"),
          meaning(
              "settled_root",
              "the gateway settled a set of receipts on chain, with a committee's word",
              "that yours is among them: merkle_path does"),
          meaning(
              "settlement_final",
              "nobody can change any more who was paid",
              "that everybody has fetched their share"));

  private static Map.Entry<String, CheckMeaning> meaning(
      String name, String proves, String leavesOpen) {
    return Map.entry(name, new CheckMeaning(proves, leavesOpen));
  }

  /** Of a check by its name. */
  static CheckMeaning of(String name) {
    CheckMeaning meaning = ALL.get(name);
    if (meaning == null) {
      throw new IllegalArgumentException("check: " + name + " has no meaning written down");
    }
    return meaning;
  }
}
