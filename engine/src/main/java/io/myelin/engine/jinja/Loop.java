package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Value.Truth;
import io.myelin.engine.jinja.Value.Undefined;
import io.myelin.engine.jinja.Value.Whole;
import java.util.List;

/** What a for says of itself as {@code loop}. */
final class Loop implements Value.Fields {
  private final List<Value> items;
  private int index;

  Loop(List<Value> items) {
    this.items = items;
  }

  void next() {
    index++;
  }

  @Override
  public Value field(String name) {
    return switch (name) {
      case "index" -> new Whole(index + 1L);
      case "index0" -> new Whole(index);
      case "revindex" -> new Whole(items.size() - index);
      case "revindex0" -> new Whole(items.size() - index - 1L);
      case "first" -> Truth.of(index == 0);
      case "last" -> Truth.of(index == items.size() - 1);
      case "length" -> new Whole(items.size());
      case "previtem" -> index == 0 ? new Undefined("no previous item") : items.get(index - 1);
      case "nextitem" ->
          index == items.size() - 1 ? new Undefined("no next item") : items.get(index + 1);
      case "cycle" ->
          (Value.Function)
              arguments ->
                  arguments.positional().isEmpty()
                      ? new Undefined("nothing to cycle through")
                      : arguments.positional().get(index % arguments.positional().size());
      default -> new Undefined("loop has no '" + name + "'");
    };
  }
}
