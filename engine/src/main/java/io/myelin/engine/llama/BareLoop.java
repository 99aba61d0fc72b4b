package io.myelin.engine.llama;

/**
 * The least one can do with the library: prompt in one go, then argmax and decode; alone, or
 * several sequences in one batch. What the engine is measured against.
 */
final class BareLoop implements AutoCloseable {
  private final LlamaContext context;
  private final float[] logits;
  private final BenchClock clock;

  /** Tokens per second. */
  record Speed(double prefill, double decode) {}

  BareLoop(LlamaModel model, int sequences, int threads, BenchClock clock) {
    this.clock = clock;
    this.context = new LlamaContext(model, 1024, sequences, threads, 512);
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

  /** Decode speed of all sequences together, tokens per second. */
  double together(int[][] prompts, int output) {
    int[] tokens = new int[prompts.length];
    for (int s = 0; s < prompts.length; s++) {
      context.cut(s, 0);
      context.clearBatch();
      for (int i = 0; i < prompts[s].length; i++) {
        context.add(s, i, prompts[s][i], i == prompts[s].length - 1);
      }
      step();
      context.readLogits(prompts[s].length - 1, logits);
      tokens[s] = argmax();
    }
    long first = clock.nanos();
    for (int i = 1; i < output; i++) {
      context.clearBatch();
      for (int s = 0; s < prompts.length; s++) {
        context.add(s, prompts[s].length + i - 1, tokens[s], true);
      }
      step();
      for (int s = 0; s < prompts.length; s++) {
        context.readLogits(s, logits);
        tokens[s] = argmax();
      }
    }
    return prompts.length * (output - 1) / ((clock.nanos() - first) / 1e9);
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
