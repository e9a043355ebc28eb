package failover.manager.decision;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Decisions are pure: no Vert.x, no logger, no clock, no chance, no thread. */
class DecisionPackageTest {
    private final JavaClasses decision = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("failover.manager.decision");

    @Test
    void decisionsKnowOnlyTheJdkAndTheProtocol() {
        classes().should().onlyDependOnClassesThat().resideInAnyPackage("java.lang..", "java.util", "java.util.function",
                "java.util.regex", "java.util.stream", "java.time", "failover.protocol..", "failover.manager.decision").check(decision);
    }

    @Test
    void decisionsReadNoClockAndThrowNoDice() {
        noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.util.Random")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.SplittableRandom")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.UUID")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.time.Clock")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.lang.Thread")
                .orShould().callMethod(System.class, "nanoTime")
                .orShould().callMethod(System.class, "currentTimeMillis")
                .orShould().callMethod(Math.class, "random")
                .orShould().callMethod(failover.protocol.ClockReading.class, "ofMachine").check(decision);
    }
}
