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
 * @param start how often this manager has started (E12)
 * @param primaryId host id of the first host's agent (E17); {@code null} before it answered
 * @param secondaryId likewise
 * @param tip the highest slot seen (E6); {@code null} when no source of votes has ever answered
 */
public record ManagerMemory(
        String managerId,
        long epoch,
        Host holder,
        String primaryEndpoint,
        String secondaryEndpoint,
        long movedAtMillis,
        Intent intent,
        long start,
        String primaryId,
        String secondaryId,
        Tip tip) {

    /** A manager that has never started before. */
    public ManagerMemory(String managerId, long epoch, Host holder, String primaryEndpoint, String secondaryEndpoint, long movedAtMillis,
            Intent intent) {
        this(managerId, epoch, holder, primaryEndpoint, secondaryEndpoint, movedAtMillis, intent, 0, null, null, null);
    }

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
        return new ManagerMemory(managerId, newEpoch, holder, primaryEndpoint, secondaryEndpoint, movedAtMillis, intent, start,
                primaryId, secondaryId, tip);
    }

    /** The same with another holder. */
    public ManagerMemory withHolder(Host newHolder) {
        return new ManagerMemory(managerId, epoch, newHolder, primaryEndpoint, secondaryEndpoint, movedAtMillis, intent, start,
                primaryId, secondaryId, tip);
    }

    /** The same with the instant of an automatic failover. */
    public ManagerMemory withMovedAt(long millis) {
        return new ManagerMemory(managerId, epoch, holder, primaryEndpoint, secondaryEndpoint, millis, intent, start,
                primaryId, secondaryId, tip);
    }

    /** The same with another intent, or none. */
    public ManagerMemory withIntent(Intent newIntent) {
        return new ManagerMemory(managerId, epoch, holder, primaryEndpoint, secondaryEndpoint, movedAtMillis, newIntent, start,
                primaryId, secondaryId, tip);
    }

    /** The same with another count of starts. */
    public ManagerMemory withStart(long number) {
        return new ManagerMemory(managerId, epoch, holder, primaryEndpoint, secondaryEndpoint, movedAtMillis, intent, number,
                primaryId, secondaryId, tip);
    }

    /** The same with a host's id known. */
    public ManagerMemory withHostId(Host host, String id) {
        return new ManagerMemory(managerId, epoch, holder, primaryEndpoint, secondaryEndpoint, movedAtMillis, intent, start,
                host == Host.PRIMARY ? id : primaryId, host == Host.SECONDARY ? id : secondaryId, tip);
    }

    /** The same with a newer tip. */
    public ManagerMemory withTip(Tip newest) {
        return new ManagerMemory(managerId, epoch, holder, primaryEndpoint, secondaryEndpoint, movedAtMillis, intent, start,
                primaryId, secondaryId, newest);
    }

    /** The pinned id of a host; {@code null} when it never answered. */
    public String hostId(Host host) {
        return host == Host.PRIMARY ? primaryId : secondaryId;
    }

    /**
     * What a new start of the manager goes on with: for the same pair everything, also where the file names its hosts the other way round,
     * as operators do after a failover; for another pair nothing but its own id, the epochs and the cooldown.
     */
    ManagerMemory begun(String primary, String secondary) {
        boolean same = primary.equals(primaryEndpoint) && secondary.equals(secondaryEndpoint);
        boolean exchanged = !same && primary.equals(secondaryEndpoint) && secondary.equals(primaryEndpoint);
        if (!same && !exchanged) {
            return new ManagerMemory(managerId, epoch, null, primary, secondary, movedAtMillis, null, start + 1, null, null, null);
        }
        Host known = exchanged && holder != null ? holder.other() : holder;
        Intent half = exchanged && intent != null
                ? new Intent(intent.operationId(), intent.from().other(), intent.to().other(), intent.step(), intent.reason()) : intent;
        return new ManagerMemory(managerId, epoch, known, primary, secondary, movedAtMillis, half, start + 1,
                exchanged ? secondaryId : primaryId, exchanged ? primaryId : secondaryId, tip);
    }
}
