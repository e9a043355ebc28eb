package failover.manager.decision;

/**
 * What a manager remembers across its own restarts (one small file, fsync, atomic rename; E10). It is a help, never a truth: a restarted
 * manager reads reality from the agents first.
 *
 * @param managerId random, made once with the state directory (E12)
 * @param epoch the highest epoch ever issued
 * @param holder the host that was last known to be active; {@code null} when never known
 * @param primaryEndpoint whose names the hosts had when this was written: other endpoints make {@code holder} worthless
 * @param secondaryEndpoint likewise
 * @param movedAtMillis wall clock of the last automatic failover; 0 when none (cooldown)
 * @param intent a move begun and not finished; {@code null} when none
 */
public record ManagerMemory(
        String managerId,
        long epoch,
        Host holder,
        String primaryEndpoint,
        String secondaryEndpoint,
        long movedAtMillis,
        Intent intent) {

    /**
     * A move begun.
     *
     * @param operationId its name in the logs of all hosts
     * @param from the host to be demoted
     * @param to the host to be promoted
     * @param step how far it had come
     * @param reason why
     */
    public record Intent(String operationId, Host from, Host to, Step step, String reason) {
    }

    /** How far a move has come. */
    public enum Step {
        /** {@code from} is asked to become passive. */
        DEMOTING,
        /** {@code to} is asked to become active. */
        PROMOTING,
        /** {@code to} did not become active: it is asked to become passive, to know for sure. */
        CLEARING,
        /** {@code from} is asked to take the identity back. */
        RESTORING
    }

    /** The same with another epoch. */
    public ManagerMemory withEpoch(long newEpoch) {
        return new ManagerMemory(managerId, newEpoch, holder, primaryEndpoint, secondaryEndpoint, movedAtMillis, intent);
    }

    /** The same with another holder. */
    public ManagerMemory withHolder(Host newHolder) {
        return new ManagerMemory(managerId, epoch, newHolder, primaryEndpoint, secondaryEndpoint, movedAtMillis, intent);
    }

    /** The same with the instant of an automatic failover. */
    public ManagerMemory withMovedAt(long millis) {
        return new ManagerMemory(managerId, epoch, holder, primaryEndpoint, secondaryEndpoint, millis, intent);
    }

    /** The same with another intent, or none. */
    public ManagerMemory withIntent(Intent newIntent) {
        return new ManagerMemory(managerId, epoch, holder, primaryEndpoint, secondaryEndpoint, movedAtMillis, newIntent);
    }
}
