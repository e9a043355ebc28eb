package failover.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The packages of the agent stand on one another, and the program on all of them (docs/architecture.md). */
class PackagesTest {
    private final JavaClasses agent = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("failover.agent");

    @Test
    void noTwoPackagesDependOnEachOther() {
        slices().matching("failover.agent.(*)..").should().beFreeOfCycles().check(agent);
    }

    @Test
    void nobodyDependsOnTheProgramItself() {
        noClasses().that().resideInAPackage("failover.agent.*..").should().dependOnClassesThat().resideInAPackage("failover.agent")
                .check(agent);
    }
}
