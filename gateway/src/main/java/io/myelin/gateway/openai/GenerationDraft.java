package io.myelin.gateway.openai;

import io.myelin.v1.SamplingParams;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What chat and text completions have in common, while it is being read. */
class GenerationDraft {
  String model = "";
  final SamplingParams.Builder sampling =
      SamplingParams.newBuilder().setTemperature(1).setTopP(1).setRepeatPenalty(1);
  OptionalLong seed = OptionalLong.empty();
  final List<String> stop = new ArrayList<>();
  int choices = 1;
  boolean stream;
  boolean streamOptionsGiven;
  boolean includeUsage;
}
