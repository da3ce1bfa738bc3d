package io.understudy.ha;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The layering of the core. The pure packages stay pure, because the simulator can replay from a
 * seed only what reads nothing but its arguments.
 */
class ArchitectureTest {
  private static final String BASE = "io.understudy.ha";
  private static final String[] PURE = {
    BASE + ".internal.election..",
    BASE + ".internal.exclusion..",
    BASE + ".internal.facts..",
    BASE + ".internal.group..",
    BASE + ".internal.placement..",
    BASE + ".internal.witness.."
  };
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(BASE);

  /** What lets a class see anything but its arguments: the world, other threads, chance. */
  private static final DescribedPredicate<JavaClass> THE_WORLD =
      resideInAnyPackage(
              "java.util.concurrent..",
              "java.net..",
              "java.sql..",
              "javax.sql..",
              "java.io..",
              "java.nio..",
              "java.lang.management..",
              "javax.management..",
              "java.util.logging..",
              "org.slf4j..",
              "org.jgroups..",
              "com.github.benmanes.caffeine..")
          .or(resideInAPackage("java.time..").and(DescribedPredicate.not(type(Duration.class))))
          .or(type(Thread.class))
          .or(type(ThreadLocal.class))
          .or(type(Runtime.class))
          .or(type(Process.class))
          .or(type(ProcessBuilder.class))
          .or(type(Random.class))
          .or(type(UUID.class))
          .as("clocks, threads, sockets, files, SQL, loggers, JGroups or chance");

  @Test
  void theWorldDoesNotReachThePurePackages() {
    check(noClasses().that().resideInAnyPackage(PURE).should().dependOnClassesThat(THE_WORLD));
  }

  @Test
  void purePackagesReadNoClock() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(PURE)
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "identityHashCode", Object.class)
            .orShould()
            .callMethod(System.class, "getProperty", String.class)
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(Math.class, "random"));
  }

  @Test
  void purePackagesDependOnTheApiAndOnEachOtherAlone() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(PURE)
            .should()
            .dependOnClassesThat(
                resideInAPackage(BASE + ".internal..")
                    .and(DescribedPredicate.not(resideInAnyPackage(PURE)))));
  }

  /** It runs in a process that has nothing else; see the package's own words. */
  @Test
  void theGuardianStandsOnTheJdkAlone() {
    check(
        classes()
            .that()
            .resideInAPackage(BASE + ".internal.guardian..")
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(
                        BASE + ".internal.guardian..",
                        "java.lang",
                        "java.io",
                        "java.nio.channels",
                        "java.nio.file", // whose a directory is, and not by way of a link
                        "java.nio.file.attribute",
                        "java.nio.charset",
                        "java.time",
                        "java.util",
                        "java.util.concurrent..",
                        "java.util.stream",
                        "org.jspecify.annotations")
                    .or(resideInAPackage("java.lang.runtime")) // of records
                    .or(resideInAPackage("java.lang.invoke"))));
  }

  @Test
  void packagesFormNoCycle() {
    check(slices().matching("io.understudy.(**)").should().beFreeOfCycles());
  }

  @Test
  void theApiDoesNotKnowWhatIsBehindIt() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(BASE, BASE + ".spi..")
            .should()
            .dependOnClassesThat(resideInAPackage(BASE + ".internal..")));
  }

  @Test
  void signaturesOfTheApiNameOurOwnApiAndTheJdkAlone() {
    check(
        classes()
            .that()
            .resideInAnyPackage(BASE, BASE + ".spi..")
            .and()
            .arePublic()
            .should(haveSignaturesOfApiTypesOnly()));
  }

  @Test
  void onlyTheWiringKnowsTheJGroupsShell() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(BASE + ".internal.jgroups..")
            .and()
            .areNotAssignableTo(NodeProvider.class)
            .should()
            .dependOnClassesThat(resideInAPackage(BASE + ".internal.jgroups..")));
  }

  @Test
  void onlyTheJGroupsShellKnowsJGroups() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(BASE + ".internal.jgroups..")
            .should()
            .dependOnClassesThat(resideInAPackage("org.jgroups..")));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CORE);
  }

  private static ArchCondition<JavaClass> haveSignaturesOfApiTypesOnly() {
    return new ArchCondition<>("have signatures of the JDK's and the API's types only") {
      @Override
      public void check(JavaClass owner, ConditionEvents events) {
        owner.getMembers().stream()
            .filter(ArchitectureTest::isExposed)
            .forEach(
                member ->
                    signatureTypes(member)
                        .filter(used -> !isApiOrJdk(used.getBaseComponentType()))
                        .forEach(
                            used ->
                                events.add(
                                    SimpleConditionEvent.violated(
                                        member,
                                        member.getDescription() + " exposes " + used.getName()))));
      }
    };
  }

  private static boolean isExposed(JavaMember member) {
    return member.getModifiers().contains(JavaModifier.PUBLIC)
        || member.getModifiers().contains(JavaModifier.PROTECTED);
  }

  private static Stream<JavaClass> signatureTypes(JavaMember member) {
    if (member instanceof JavaField field) {
      return field.getType().getAllInvolvedRawTypes().stream();
    }
    JavaCodeUnit unit = (JavaCodeUnit) member;
    return Stream.of(
            unit.getReturnType().getAllInvolvedRawTypes().stream(),
            unit.getParameterTypes().stream().flatMap(t -> t.getAllInvolvedRawTypes().stream()),
            unit.getExceptionTypes().stream())
        .flatMap(types -> types);
  }

  private static boolean isApiOrJdk(JavaClass type) {
    String name = type.getPackageName();
    return type.isPrimitive()
        || name.startsWith("java.")
        || name.startsWith("javax.")
        || name.equals(BASE)
        || name.startsWith(BASE + ".spi");
  }
}
