package io.understudy.jdbc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** This module lives on what every user of the core can use; its tests too. */
class ArchitectureTest {
  private static final JavaClasses MODULE =
      new ClassFileImporter().importPackages("io.understudy.jdbc");

  /** A test of an inner package may well go through the front door. */
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.understudy.jdbc");

  @Test
  void usesExportedPackagesOnly() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.understudy.ha.internal.."),
        MODULE);
  }

  @Test
  void packagesFormNoCycle() {
    check(slices().matching("io.understudy.(**)").should().beFreeOfCycles(), MAIN);
  }

  private static void check(ArchRule rule, JavaClasses classes) {
    rule.allowEmptyShould(true).check(classes);
  }
}
