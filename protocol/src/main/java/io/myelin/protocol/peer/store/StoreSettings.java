package io.myelin.protocol.peer.store;

/**
 * Bounds of a store.
 *
 * @param keepMillis how long a record stays after it was last announced
 * @param maxPerTopic records under one topic
 * @param maxPerSource records of nodes that are not known to be staked, from one source
 * @param maxRecords in all
 */
public record StoreSettings(long keepMillis, int maxPerTopic, int maxPerSource, int maxRecords) {
  /** 40 seconds; 1,024 peers of a topic; 8,192 records, some 5 MB. */
  public static final StoreSettings DEFAULT = new StoreSettings(40_000, 1_024, 256, 8_192);

  /** Validates. */
  public StoreSettings {
    if (keepMillis < 1 || maxPerTopic < 1 || maxPerSource < 1 || maxRecords < 1) {
      throw new IllegalArgumentException(
          "topic store: %d ms, %d per topic, %d per source, %d in all (expected: positive)"
              .formatted(keepMillis, maxPerTopic, maxPerSource, maxRecords));
    }
  }
}
