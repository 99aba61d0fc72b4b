package io.myelin.engine.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * A sentence model on ONNX Runtime. Each text runs by itself on one thread: quantised models scale
 * their activations by the largest of a whole batch, so in company a text would get another vector.
 */
final class OnnxSentenceModel implements SentenceModel {
  private static final Set<String> INPUTS = Set.of("input_ids", "attention_mask", "token_type_ids");
  private static final String OUTPUT = "last_hidden_state";

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final int dimensions;

  private OnnxSentenceModel(OrtEnvironment environment, OrtSession session, int dimensions) {
    this.environment = environment;
    this.session = session;
    this.dimensions = dimensions;
  }

  /**
   * Loads a model.
   *
   * @param libraries folder with ONNX Runtime's libraries; the first call in a process decides
   * @param weights the model's bytes, in memory outside of the heap
   * @throws EngineException BAD_MODEL_FILE when it is no such model, INTERNAL without libraries
   */
  static OnnxSentenceModel load(Path libraries, ByteBuffer weights) {
    System.setProperty("onnxruntime.native.path", libraries.toString());
    try {
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "myelin");
      OnnxLibraries.sweep(libraries);
      environment.setTelemetry(false);
      OrtSession session;
      try (OrtSession.SessionOptions options = options()) {
        session = environment.createSession(weights, options);
      }
      try {
        return new OnnxSentenceModel(environment, session, dimensions(session));
      } catch (EngineException | OrtException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      throw new EngineException(
          Kind.BAD_MODEL_FILE, "ONNX Runtime does not load the model: " + e.getMessage(), e);
    } catch (LinkageError e) {
      throw new EngineException(
          Kind.INTERNAL, "ONNX Runtime's library in " + libraries + " cannot be loaded: " + e, e);
    }
  }

  private static OrtSession.SessionOptions options() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    options.setDeterministicCompute(true);
    // Texts differ in length: neither a plan for one length nor memory kept for the longest pays.
    options.setMemoryPatternOptimization(false);
    options.setCPUArenaAllocator(false);
    return options;
  }

  private static int dimensions(OrtSession session) throws OrtException {
    if (!session.getInputNames().equals(INPUTS)) {
      throw new EngineException(
          Kind.BAD_MODEL_FILE,
          "model inputs: " + session.getInputNames() + " (expected: " + INPUTS + ")");
    }
    NodeInfo output = session.getOutputInfo().get(OUTPUT);
    if (output == null
        || !(output.getInfo() instanceof TensorInfo tensor)
        || tensor.getShape().length != 3
        || tensor.getShape()[2] <= 0) {
      throw new EngineException(
          Kind.BAD_MODEL_FILE,
          "model output: "
              + session.getOutputInfo()
              + " (expected: "
              + OUTPUT
              + " of batch, tokens and a fixed number of dimensions)");
    }
    return Math.toIntExact(tensor.getShape()[2]);
  }

  /** Version of the library. */
  String version() {
    return environment.getVersion();
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

  @Override
  public float[] hiddenStates(long[] tokens, long[] mask) {
    long[] shape = {1, tokens.length};
    try (OnnxTensor ids = tensor(tokens, shape);
        OnnxTensor attention = tensor(mask, shape);
        OnnxTensor types = tensor(new long[tokens.length], shape);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", ids, "attention_mask", attention, "token_type_ids", types),
                Set.of(OUTPUT))) {
      FloatBuffer states = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] copy = new float[states.remaining()];
      states.get(copy);
      return copy;
    } catch (OrtException e) {
      throw new EngineException(
          Kind.INTERNAL,
          "ONNX Runtime failed on " + tokens.length + " tokens: " + e.getMessage(),
          e);
    }
  }

  private OnnxTensor tensor(long[] values, long[] shape) throws OrtException {
    return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new EngineException(
          Kind.INTERNAL, "ONNX Runtime failed to close: " + e.getMessage(), e);
    }
  }
}
