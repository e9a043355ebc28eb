package failover.testbed.e2e;

import failover.testbed.e2e.Deprivation.Kind;
import failover.testbed.lab.LabLogs;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The self-fence depends on nothing (E2): what every build takes from it. One at a time: {@link DeprivedLongIT}. */
@ExtendWith(LabLogs.class)
class DeprivedIT {
    @TempDir
    private Path tmp;

    @Test
    void aHostWhoseServiceIsAtItsTaskLimitFencesItself() throws Exception {
        Deprived.of(Set.of(Kind.TASKS), tmp);
    }

    @Test
    void aHostWhoseLogNobodyReadsFencesItself() throws Exception {
        Deprived.of(Set.of(Kind.STDOUT_UNREAD), tmp);
    }

    @Test
    void aHostWithoutAnythingFencesItself() throws Exception {
        Deprived.of(EnumSet.complementOf(EnumSet.of(Kind.LEASE_DIR_FULL, Kind.RPC_SILENT)), tmp);
    }
}
