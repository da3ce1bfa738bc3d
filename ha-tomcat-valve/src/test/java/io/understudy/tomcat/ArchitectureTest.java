package io.understudy.tomcat;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** This module lives on what every user of the core can use; its tests too. */
class ArchitectureTest {
  private static final JavaClasses MODULE =
      new ClassFileImporter().importPackages("io.understudy.tomcat");

  @Test
  void usesExportedPackagesOnly() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.understudy.ha.internal.."));
  }

  @Test
  void packagesFormNoCycle() {
    check(slices().matching("io.understudy.(**)").should().beFreeOfCycles());
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(MODULE);
  }
}
