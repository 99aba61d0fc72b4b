package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.cli.CommandException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One story that breaks off is told, and takes the others nothing. */
class PartyWatchTest {
  @Test
  void shouldTellWhatBrokeOffAndGoOn() {
    AtomicInteger told = new AtomicInteger();
    PartyStory whole = () -> told.incrementAndGet() > 0;
    PartyStory broken =
        () -> {
          throw new CommandException("gateway 2 is gone");
        };
    StringWriter out = new StringWriter();
    assertThat(PartyWatch.of(List.of(whole, broken, whole), new PrintWriter(out)).untilKnown())
        .isFalse();
    assertThat(told).hasValue(2);
    assertThat(out.toString().lines()).containsExactly("Broken off: gateway 2 is gone");
    assertThat(PartyWatch.of(List.of(whole), new PrintWriter(out)).untilKnown()).isTrue();
  }
}
