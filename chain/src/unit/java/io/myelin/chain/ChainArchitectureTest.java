package io.myelin.chain;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds the arrows inside this module. */
@AnalyzeClasses(packages = "io.myelin.chain", importOptions = DoNotIncludeTests.class)
final class ChainArchitectureTest {

  @ArchTest
  static final ArchRule WEB3J_STAYS_IN_ONE_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.myelin.chain.web3j..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.web3j..")
          .because("a library lives behind one package");

  @ArchTest
  static final ArchRule DECISIONS_DO_NO_IO_AND_HAVE_NO_CLOCK =
      noClasses()
          .that()
          .haveSimpleName("SenderMachine")
          .or()
          .haveSimpleName("SenderState")
          .or()
          .haveSimpleName("FeeRules")
          .or()
          .haveSimpleName("CursorMachine")
          .or()
          .haveSimpleName("CursorPosition")
          .or()
          .haveSimpleName("HeadJudge")
          .or()
          .haveSimpleName("Health")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.net..", "java.nio.file..", "java.sql..", "java.util.concurrent..")
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching("java\\.lang\\.(Thread|System|ProcessHandle)|java\\.time\\..*Clock")
          .because("what decides is a pure function that a test can shuffle");

  @ArchTest
  static final ArchRule ROOT_KNOWS_NO_SHELL =
      noClasses()
          .that()
          .resideInAPackage("io.myelin.chain")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.myelin.chain.rpc..", "io.myelin.chain.store..", "io.myelin.chain.local..");

  @ArchTest
  static final ArchRule NO_CYCLES_BETWEEN_PACKAGES =
      slices().matching("io.myelin.chain.(*)..").should().beFreeOfCycles();
}
