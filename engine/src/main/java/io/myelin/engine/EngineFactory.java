package io.myelin.engine;

import java.util.List;

/**
 * Makes an engine inside a worker process, which knows it by class name: implementations are public
 * with a public constructor without parameters.
 */
public interface EngineFactory {

  /**
   * Makes the engine, its models loaded.
   *
   * @param arguments as given where the worker was launched
   * @throws EngineException when a model cannot be loaded; the kind and message reach the node
   */
  InferenceEngine create(List<String> arguments);
}
