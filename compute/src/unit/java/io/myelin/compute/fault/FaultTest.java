package io.myelin.compute.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultTest {
  @Test
  void readsEveryKind() {
    assertThat(Fault.parse("crash-on-offer")).isEqualTo(new Fault.CrashOnOffer());
    assertThat(Fault.parse("crash-at-token:12")).isEqualTo(new Fault.CrashAtToken(12));
    assertThat(Fault.parse("crash-before-precommit")).isEqualTo(new Fault.CrashBeforePrecommit());
    assertThat(Fault.parse("crash-before-commit")).isEqualTo(new Fault.CrashBeforeCommit());
    assertThat(Fault.parse("stall")).isEqualTo(new Fault.Stall(3));
    assertThat(Fault.parse("STALL:0")).isEqualTo(new Fault.Stall(0));
    assertThat(Fault.parse("slow:20")).isEqualTo(new Fault.Slow(20));
    assertThat(Fault.parse("wrong-commit")).isEqualTo(new Fault.WrongCommit());
    assertThat(Fault.parse("inflate")).isEqualTo(new Fault.Inflate());
    assertThat(Fault.parse("cache")).isEqualTo(new Fault.Cache());
    assertThat(Fault.parse("skip")).isEqualTo(new Fault.Skip(4));
    assertThat(Fault.parse("boast-speed")).isEqualTo(new Fault.BoastSpeed());
    assertThat(Fault.parse("boast-slots")).isEqualTo(new Fault.BoastSlots());
    assertThat(Fault.parse("short-context")).isEqualTo(new Fault.ShortContext(128));
    assertThat(Fault.parse("short-context:64")).isEqualTo(new Fault.ShortContext(64));
    assertThat(Fault.parse("flood")).isEqualTo(new Fault.Flood(0));
    assertThat(Fault.parse("flood:65536")).isEqualTo(new Fault.Flood(65_536));
    assertThatThrownBy(() -> Fault.parse("flood:999999"))
        .hasMessageContaining("fault: flood:999999 (expected: flood:KIB with KIB 1 to 65536");
    assertThat(Fault.parse("silent:ack")).isEqualTo(new Fault.Silent(Fault.Stage.ACK));
    assertThat(Fault.parse("silent:Commit")).isEqualTo(new Fault.Silent(Fault.Stage.COMMIT));
    assertThat(Fault.parse("copy")).isEqualTo(new Fault.Copy());
    assertThat(Fault.parse("skip:2")).isEqualTo(new Fault.Skip(2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "crash",
        "crash-at-token",
        "crash-at-token:0",
        "crash-at-token:x",
        "slow:0",
        "wrong-commit:1",
        "stall:-1",
        "skip:1",
        "cache:3",
        "boast-slots:3",
        "short-context:0",
        "flood:0",
        "flood:65537",
        "silent",
        "silent:judge",
        "copy:2",
        "stall:99999999999"
      })
  void refusesTheRestAndSaysWhatItKnows(String text) {
    assertThatThrownBy(() -> Fault.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("crash-at-token:N");
  }
}
