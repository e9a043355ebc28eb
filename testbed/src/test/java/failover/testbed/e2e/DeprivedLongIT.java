package failover.testbed.e2e;

import failover.testbed.e2e.Deprivation.Kind;
import failover.testbed.lab.LabLogs;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The self-fence depends on nothing (E2): each thing it might lean on is taken from it, one at a time. */
@ExtendWith(LabLogs.class)
@EnabledIfSystemProperty(named = "failover.long", matches = "true")
class DeprivedLongIT {
    @TempDir
    private Path tmp;

    @ParameterizedTest
    @EnumSource
    void aHostThatLosesOneThingFencesItself(Kind lost) throws Exception {
        Deprived.of(Set.of(lost), tmp);
    }
}
