package io.myelin.cli.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.cli.CommandException;
import io.myelin.protocol.ids.Address;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class NetworkAddressTest {
  private static final String ONE = "0x" + "11".repeat(20);
  private static final String TWO = "0x" + "22".repeat(20);
  private static final Path DATA = Path.of("data");

  private static JsonNode devnet() throws Exception {
    return new ObjectMapper()
        .readTree(
            """
            {"chain":{"rpc":"http://127.0.0.1:8545","chainId":31337,
             "contracts":{"MyelinDirectory":"%s"}},
             "client":{"address":"%s","keyFile":"client.key"}}
            """
                .formatted(ONE, TWO));
  }

  private static NetworkAddress find(
      List<String> rpc,
      @Nullable String directory,
      @Nullable JsonNode devnet,
      Map<String, String> environment) {
    return NetworkAddress.find(
        rpc, directory, DATA, devnet, name -> environment.getOrDefault(name, ""));
  }

  @Test
  void theRunningDevnetIsFoundWithoutAWord() throws Exception {
    NetworkAddress found = find(List.of(), null, devnet(), Map.of());
    assertThat(found.endpoints()).containsExactly(URI.create("http://127.0.0.1:8545"));
    assertThat(found.directory()).isEqualTo(Address.parse(ONE));
    assertThat(found.chainId()).hasValue(31_337);
    NetworkAddress.Devnet devnet = found.devnet().orElseThrow();
    assertThat(devnet.client()).contains(Address.parse(TWO));
    assertThat(devnet.keyFile()).contains(Path.of("client.key"));
  }

  @Test
  void anotherNetworkGetsNothingOfTheDevnet() throws Exception {
    for (NetworkAddress found :
        List.of(
            find(List.of("https://rpc.example/key"), TWO, devnet(), Map.of()),
            find(
                List.of(),
                null,
                devnet(),
                Map.of("MYELIN_RPC", "https://rpc.example/key", "MYELIN_DIRECTORY", TWO)))) {
      assertThat(found.directory()).isEqualTo(Address.parse(TWO));
      assertThat(found.devnet()).isEmpty();
      assertThat(found.chainId()).isEmpty();
    }
  }

  @Test
  void optionsGoBeforeTheEnvironmentAndSeveralEndpointsAreKeptInOrder() {
    NetworkAddress found =
        find(
            List.of("http://a:1", "wss://b:2"),
            ONE,
            null,
            Map.of("MYELIN_RPC", "http://c:3", "MYELIN_DIRECTORY", TWO));
    assertThat(found.endpoints())
        .containsExactly(URI.create("http://a:1"), URI.create("wss://b:2"));
    assertThat(found.directory()).isEqualTo(Address.parse(ONE));
    assertThat(
            find(List.of(), ONE, null, Map.of("MYELIN_RPC", "http://c:3, http://d:4")).endpoints())
        .hasSize(2);
  }

  @Test
  void whatIsMissingIsNamedWithWhatToDo() throws Exception {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> find(List.of(), null, null, Map.of()))
        .withMessageContaining("./myelin devnet")
        .withMessageContaining("--rpc");
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> find(List.of("http://a:1"), null, devnet(), Map.of()))
        .withMessageContaining("--directory");
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> find(List.of("ftp://a"), ONE, null, Map.of()))
        .withMessageContaining("ftp://a (expected: http");
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> find(List.of("http://a:1"), "0x12", null, Map.of()))
        .withMessageContaining("--directory");
    JsonNode withoutChain = new ObjectMapper().readTree("{\"gateways\":[]}");
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> find(List.of(), null, withoutChain, Map.of()))
        .withMessageContaining("no chain known");
  }
}
