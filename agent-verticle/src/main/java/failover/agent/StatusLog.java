package failover.agent;

import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The original's line for a status request: when something changed, and once a minute while a manager polls. */
final class StatusLog {
    private static final Logger LOG = LoggerFactory.getLogger(StatusLog.class);
    private static final Duration EVERY = Duration.ofMinutes(1);
    private StatusResponse last;
    private long saidAt;

    void note(StatusResponse status, boolean byManager) {
        boolean changed = last == null || last.processRunning() != status.processRunning() || last.isActive() != status.isActive()
            || last.isHealthy() != status.isHealthy();
        if (!changed && !(byManager && System.nanoTime() - saidAt > EVERY.toNanos())) {
            return;
        }
        last = status;
        saidAt = System.nanoTime();
        LOG.info("Status request: ProcessRunning={}, Slot={}, Active={}, Healthy={}", status.processRunning(), status.validatorSlot(),
            status.isActive(), status.isHealthy());
        if (status.error() != null) {
            LOG.info("Status request: error={}", status.error());
        }
    }
}
