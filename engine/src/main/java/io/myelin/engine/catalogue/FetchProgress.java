package io.myelin.engine.catalogue;

/**
 * Told how far the fetching of a model is. Called on the fetching thread, several times a second.
 */
@FunctionalInterface
public interface FetchProgress {

  /** Tells nobody. */
  FetchProgress SILENT = (step, doneBytes, totalBytes) -> {};

  /**
   * One step forward.
   *
   * @param step what happens now, for people
   * @param doneBytes bytes of this step so far
   * @param totalBytes bytes of this step in all; -1 when not known
   */
  void update(String step, long doneBytes, long totalBytes);
}
