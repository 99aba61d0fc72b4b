package io.myelin.protocol.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.peer.AddressRules.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses of strangers are connected to, row by row. */
final class AddressRulesTest {
  private static final AddressPolicy EVERYTHING = new AddressPolicy(true, true);

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, UNSPECIFIED",
    "0.1.2.3, UNSPECIFIED",
    "10.0.0.1, PRIVATE",
    "10.255.255.255, PRIVATE",
    "100.64.0.1, PRIVATE",
    "100.127.255.255, PRIVATE",
    "100.100.100.200, LINK_LOCAL",
    "127.0.0.1, LOOPBACK",
    "127.255.255.254, LOOPBACK",
    "169.254.0.1, LINK_LOCAL",
    "169.254.169.254, LINK_LOCAL",
    "172.16.0.1, PRIVATE",
    "172.31.255.255, PRIVATE",
    "192.0.0.192, LINK_LOCAL",
    "192.0.2.1, RESERVED",
    "192.168.1.1, PRIVATE",
    "198.18.0.1, RESERVED",
    "198.51.100.7, RESERVED",
    "203.0.113.9, RESERVED",
    "224.0.0.1, MULTICAST",
    "239.255.255.255, MULTICAST",
    "240.0.0.1, RESERVED",
    "255.255.255.255, RESERVED",
    "::, UNSPECIFIED",
    "::1, LOOPBACK",
    "::127.0.0.1, EMBEDDED",
    "::ffff:127.0.0.1, EMBEDDED",
    "::ffff:169.254.169.254, EMBEDDED",
    "::ffff:8.8.8.8, EMBEDDED",
    "64:ff9b::a9fe:a9fe, EMBEDDED",
    "64:ff9b:1::a00:1, EMBEDDED",
    "2001:0:53aa::1, EMBEDDED",
    "2002:7f00:1::1, EMBEDDED",
    "2002:a9fe:a9fe::, EMBEDDED",
    "2001:db8::1, RESERVED",
    "3fff::1, RESERVED",
    "fc00::1, PRIVATE",
    "fd00:ec2::254, LINK_LOCAL",
    "fd12:3456::1, PRIVATE",
    "fe80::1, LINK_LOCAL",
    "febf::1, LINK_LOCAL",
    "fec0::1, PRIVATE",
    "ff02::1, MULTICAST",
    "100::1, RESERVED",
    "4000::1, RESERVED",
  })
  void internalAddressesAreRefused(String text, Refusal refusal) {
    assertThat(AddressRules.refusal(address(text), AddressPolicy.PUBLIC)).contains(refusal);
    if (refusal != Refusal.LOOPBACK && refusal != Refusal.PRIVATE) {
      assertThat(AddressRules.refusal(address(text), EVERYTHING)).contains(refusal);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.0.0.1",
        "128.0.0.1", "169.253.1.1", "172.15.0.1", "172.32.0.1", "192.167.1.1", "223.255.255.255",
        "2606:4700::1111", "2a01:4f8::1"
      })
  void publicAddressesAreAllowed(String text) {
    assertThat(AddressRules.refusal(address(text), AddressPolicy.PUBLIC)).isEmpty();
  }

  @Test
  void aPolicyAllowsWhatItSaysAndNoMore() {
    assertThat(AddressRules.refusal(address("127.0.0.1"), AddressPolicy.DEVNET)).isEmpty();
    assertThat(AddressRules.refusal(address("::1"), AddressPolicy.DEVNET)).isEmpty();
    assertThat(AddressRules.refusal(address("10.0.0.1"), AddressPolicy.DEVNET))
        .contains(Refusal.PRIVATE);
    assertThat(AddressRules.refusal(address("10.0.0.1"), AddressPolicy.SITE)).isEmpty();
    assertThat(AddressRules.refusal(address("fd12::1"), AddressPolicy.SITE)).isEmpty();
    assertThat(AddressRules.refusal(address("127.0.0.1"), AddressPolicy.SITE))
        .contains(Refusal.LOOPBACK);
  }

  @ParameterizedTest
  @CsvSource({"0", "22", "25", "81", "1023", "2375", "5432", "6379", "11211", "65536"})
  void portsOfOtherServicesAreRefused(int port) {
    assertThat(AddressRules.refusal(address("1.1.1.1"), port, AddressPolicy.PUBLIC))
        .contains(Refusal.PORT);
  }

  @ParameterizedTest
  @CsvSource({"80", "443", "1024", "8080", "65535"})
  void portsOfPeersAreAllowed(int port) {
    assertThat(AddressRules.refusal(address("1.1.1.1"), port, AddressPolicy.PUBLIC)).isEmpty();
  }

  /** What libc would take as an address, but a rule written for dotted numbers would not. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.1",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "2130706433",
        "127.0.0.01",
        "127.0.0.256",
        "1.2.3",
        "1.2.3.4.5",
        "",
        ".",
        "1.2.3.",
        "+1.2.3.4",
        "１.2.3.4",
        "::1%eth0",
        ":::",
        "1::2::3",
        "12345::",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7",
        "::ffff:127.1",
        "::g"
      })
  void otherNotationsAreNoAddresses(String text) {
    assertThat(IpAddress.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://user@1.1.1.1:80",
        "http://user:password@1.1.1.1:80",
        "ftp://1.1.1.1:80",
        "file:///etc/passwd",
        "gopher://1.1.1.1:70",
        "http://1.1.1.1:80/path",
        "http://1.1.1.1:80?q",
        "http://1.1.1.1:80#f",
        "http://1.1.1.1:0",
        "http://1.1.1.1:65536",
        "http://1.1.1.1:080",
        "http://:80",
        "http://",
        "//1.1.1.1",
        "http://2130706433",
        "http://0x7f000001",
        "http://127.1",
        "http://1.1.1.1\\@10.0.0.1",
        "http://a b",
        "http://[::1",
        "http://::1:80",
        "http://UPPER.example",
        "http://a..example",
        "http://ex%61mple",
        "http://１27.0.0.1"
      })
  void otherUrlsAreNoServiceAddresses(String text) {
    assertThatThrownBy(() -> ServiceAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }

  @ParameterizedTest
  @CsvSource({
    "http://1.1.1.1:8080, http://1.1.1.1:8080",
    "https://node.example, https://node.example:443",
    "http://node.example/, http://node.example:80",
    "http://[2606:4700::1111]:8080, http://[2606:4700:0:0:0:0:0:1111]:8080",
  })
  void serviceAddressesHaveOneForm(String text, String shown) {
    assertThat(ServiceAddress.parse(text)).hasToString(shown);
  }

  private static IpAddress address(String text) {
    return IpAddress.parse(text).orElseThrow();
  }
}
