package io.myelin.cli.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.myelin.gateway.session.NodeView;
import io.myelin.v1.Heartbeat;

/** Holds the arrows of docs/architecture.md: which module and package may use which. */
@AnalyzeClasses(packages = "io.myelin", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {

  @ArchTest
  static final ArchRule MODULES_POINT_DOWNWARDS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("wire")
          .definedBy("io.myelin.v1..")
          .layer("protocol")
          .definedBy("io.myelin.protocol..")
          .layer("chain")
          .definedBy("io.myelin.chain..")
          .layer("contracts")
          .definedBy("io.myelin.contracts..")
          .layer("discovery")
          .definedBy("io.myelin.discovery..")
          .layer("registry")
          .definedBy("io.myelin.registry..")
          .layer("committee")
          .definedBy("io.myelin.committee..")
          .layer("validator")
          .definedBy("io.myelin.validator..")
          .layer("engine")
          .definedBy("io.myelin.engine..")
          .layer("gateway")
          .definedBy("io.myelin.gateway..")
          .layer("compute")
          .definedBy("io.myelin.compute..")
          .layer("client")
          .definedBy("io.myelin.client..")
          .layer("cli")
          .definedBy("io.myelin.cli..")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("client")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("gateway")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("compute")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("engine")
          .mayOnlyBeAccessedByLayers("compute", "validator", "cli")
          .whereLayer("validator")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("registry")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("discovery")
          .mayOnlyBeAccessedByLayers("registry", "validator", "gateway", "compute", "cli")
          .whereLayer("committee")
          .mayOnlyBeAccessedByLayers("validator", "gateway", "compute", "cli")
          .whereLayer("contracts")
          .mayOnlyBeAccessedByLayers(
              "committee", "validator", "gateway", "compute", "client", "cli")
          .whereLayer("chain")
          .mayOnlyBeAccessedByLayers(
              "contracts", "committee", "validator", "gateway", "compute", "client", "cli")
          .whereLayer("protocol")
          .mayOnlyBeAccessedByLayers(
              "chain",
              "contracts",
              "discovery",
              "registry",
              "committee",
              "validator",
              "engine",
              "gateway",
              "compute",
              "client",
              "cli");

  @ArchTest
  static final ArchRule THE_CORE_DOES_NO_IO =
      noClasses()
          .that()
          .resideInAPackage("io.myelin.protocol..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.net..",
              "java.nio.file..",
              "java.nio.channels..",
              "java.sql..",
              "java.util.concurrent..",
              "io.grpc..",
              "io.netty..",
              "com.linecorp..")
          .because("decisions live in the core as pure functions; shells do I/O");

  @ArchTest
  static final ArchRule THE_CORE_HAS_NO_CLOCK =
      noClasses()
          .that()
          .resideInAPackage("io.myelin.protocol..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .accessClassesThat()
          .areAssignableTo(Thread.class)
          .because("time and randomness are passed in, so that a run can be replayed");

  @ArchTest
  static final ArchRule NO_CYCLES_BETWEEN_PACKAGES =
      slices().matching("io.myelin.(*).(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule LLAMA_STAYS_BEHIND_THE_ENGINE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.myelin.engine..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.myelin.engine.llama..")
          .because("native code lives in the worker process, reached through InferenceEngine");

  @ArchTest
  static final ArchRule ONNX_RUNTIME_STAYS_IN_ONE_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.myelin.engine.onnx..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.onnxruntime..")
          .because("a library lives behind one package");

  @ArchTest
  static final ArchRule DISCV5_STAYS_IN_ONE_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.myelin.discovery.link..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.ethereum.beacon..", "org.apache.tuweni..")
          .because("a library lives behind one package");

  @ArchTest
  static final ArchRule A_NODES_WORD_OF_ITS_SPEED_IS_SHOWN_AND_NOTHING_ELSE =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.myelin.v1..", "io.myelin.gateway.hub..", "..compute.fault..")
          .should()
          .callMethod(Heartbeat.class, "getDecodeMillitokensPerSecond")
          .because("whoever is drawn, paid or kept out by what it says of itself says what pays");

  @ArchTest
  static final ArchRule ONLY_VIEWS_READ_IT =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.myelin.gateway.api..", "io.myelin.gateway.session..")
          .should()
          .callMethod(NodeView.class, "decodeMillitokensPerSecond")
          .because("it is for people to read");
}
