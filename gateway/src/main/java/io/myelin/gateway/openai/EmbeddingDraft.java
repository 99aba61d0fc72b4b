package io.myelin.gateway.openai;

import java.util.ArrayList;
import java.util.List;

/** An embedding request while it is being read. */
final class EmbeddingDraft {
  String model = "";
  final List<String> inputs = new ArrayList<>();
  boolean base64;
}
