package io.myelin.engine.llama;

/**
 * The least one can do with the library: one sequence, prompt in one go, then argmax and decode.
 * What the engine is measured against.
 */
final class BareLoop implements AutoCloseable {
  private final LlamaContext context;
  private final float[] logits;
  private final BenchClock clock;

  /** Tokens per second. */
  record Speed(double prefill, double decode) {}

  BareLoop(LlamaModel model, int threads, BenchClock clock) {
    this.clock = clock;
    this.context = new LlamaContext(model, 1024, 1, threads, 512);
    this.logits = new float[model.size()];
  }

  Speed run(int[] prompt, int output) {
    context.cut(0, 0);
    long started = clock.nanos();
    context.clearBatch();
    for (int i = 0; i < prompt.length; i++) {
      context.add(0, i, prompt[i], i == prompt.length - 1);
    }
    step();
    context.readLogits(prompt.length - 1, logits);
    int token = argmax();
    long first = clock.nanos();
    for (int i = 1; i < output; i++) {
      context.clearBatch();
      context.add(0, prompt.length + i - 1, token, true);
      step();
      context.readLogits(0, logits);
      token = argmax();
    }
    long last = clock.nanos();
    return new Speed(
        prompt.length / ((first - started) / 1e9), (output - 1) / ((last - first) / 1e9));
  }

  private void step() {
    if (context.decode(false) != LlamaContext.Outcome.DONE) {
      throw new IllegalStateException("decode failed");
    }
  }

  private int argmax() {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  @Override
  public void close() {
    context.close();
  }
}
