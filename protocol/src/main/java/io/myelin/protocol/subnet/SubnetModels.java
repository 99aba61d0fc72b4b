package io.myelin.protocol.subnet;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What one configuration of a subnet lists, in its order.
 *
 * @param models 1 to {@link #MAX_MODELS}, each id once whatever its letters' case
 */
public record SubnetModels(List<ListedModel> models) {
  /** The contract writes each model in the same transaction. */
  public static final int MAX_MODELS = 64;

  /** Checks number and ids. */
  public SubnetModels {
    models = List.copyOf(models);
    if (models.isEmpty() || models.size() > MAX_MODELS) {
      throw new IllegalArgumentException(
          "models: " + models.size() + " (expected: 1 to " + MAX_MODELS + ")");
    }
    Set<String> seen = new HashSet<>();
    for (ListedModel model : models) {
      if (!seen.add(model.model().toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "models: " + model.model() + " twice (expected: each id once, in any case of letters)");
      }
    }
  }
}
