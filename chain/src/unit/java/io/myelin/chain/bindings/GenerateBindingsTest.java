package io.myelin.chain.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the tests' own contract does not have. */
final class GenerateBindingsTest {
  private static final String AWKWARD =
      """
      {"abi":[
        {"type":"function","name":"set","stateMutability":"payable","inputs":[{"name":"","type":"uint64"},{"name":"class","type":"bytes"}],"outputs":[]},
        {"type":"function","name":"set","stateMutability":"nonpayable","inputs":[{"name":"log","type":"int8[2][]"}],"outputs":[{"name":"","type":"bool"}]},
        {"type":"function","name":"notify","stateMutability":"view","inputs":[],"outputs":[]},
        {"type":"function","name":"pair","stateMutability":"view","inputs":[],"outputs":[{"name":"","type":"bytes4"},{"name":"","type":"bytes32[]"}]},
        {"type":"function","name":"pair","stateMutability":"view","inputs":[{"name":"n","type":"uint8"}],"outputs":[{"name":"","type":"string"},{"name":"at","type":"address"}]},
        {"type":"function","name":"tree","stateMutability":"view","inputs":[],"outputs":[{"name":"","type":"tuple[]","internalType":"struct Lib.Branch[]","components":[
          {"name":"leaves","type":"tuple[]","internalType":"struct Leaf[]","components":[{"name":"weight","type":"uint128","internalType":"uint128"}]},
          {"name":"kind","type":"uint8","internalType":"enum Kind"}]}]},
        {"type":"event","name":"Nothing","anonymous":false,"inputs":[]},
        {"type":"event","name":"Moved","anonymous":false,"inputs":[{"name":"from","type":"bytes","indexed":true},{"name":"","type":"uint256","indexed":false}]},
        {"type":"event","name":"Moved","anonymous":false,"inputs":[{"name":"values","type":"uint256[]","indexed":true}]},
        {"type":"event","name":"Hidden","anonymous":true,"inputs":[]},
        {"type":"error","name":"Bare","inputs":[]},
        {"type":"error","name":"Full","inputs":[{"name":"b","type":"tuple","internalType":"struct Leaf","components":[{"name":"weight","type":"uint128","internalType":"uint128"}]}]},
        {"type":"receive","stateMutability":"payable"},
        {"type":"fallback","stateMutability":"payable"}
      ],"bytecode":{"object":"0x60__$0123$__60"}}
      """;

  @TempDir Path folder;

  @Test
  void shouldMakeCodeThatCompilesOfAwkwardNames() throws IOException {
    Path artifact = Files.createDirectories(folder.resolve("out/Awkward.sol"));
    Files.writeString(artifact.resolve("Awkward.json"), AWKWARD);
    Path sources = folder.resolve("sources");

    GenerateBindings.main(
        new String[] {folder.resolve("out").toString(), sources.toString(), "made.up"});

    String code = Files.readString(sources.resolve("made/up/Awkward.java"));
    assertThat(code).doesNotContain("deploy").contains("record Branch(List<Leaf> leaves");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter words = new StringWriter();
    try (var files = compiler.getStandardFileManager(null, null, null);
        var made = Files.list(sources.resolve("made/up"))) {
      boolean compiled =
          compiler
              .getTask(
                  words,
                  files,
                  null,
                  List.of(
                      "-Xlint:all,-processing,-classfile",
                      "-Werror",
                      "-proc:none",
                      "-d",
                      folder.toString(),
                      "-cp",
                      System.getProperty("java.class.path")),
                  null,
                  files.getJavaFileObjectsFromPaths(made.toList()))
              .call();
      assertThat(compiled).as(words.toString()).isTrue();
    }
  }

  @Test
  void shouldFailWhenANamedContractIsMissing() throws IOException {
    Files.createDirectories(folder.resolve("out"));
    assertThatThrownBy(
            () ->
                GenerateBindings.generate(
                    folder.resolve("out"), folder.resolve("s"), "p", List.of("Gone")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Gone");
  }
}
