package io.myelin.chain.abi;

/**
 * A parameter of a function, event or error.
 *
 * @param name as in the source, or its position where the source gives none
 * @param type its type
 * @param indexed of an event: stands in a topic
 */
public record AbiParameter(String name, AbiType type, boolean indexed) {
  /** One that is not indexed. */
  public static AbiParameter of(String name, AbiType type) {
    return new AbiParameter(name, type, false);
  }
}
