package failover.manager.decision;

import failover.protocol.lease.LeaseTiming;
import failover.protocol.wire.FinalTower;
import java.time.Duration;

/**
 * What a manager remembers across its own restarts (one small file, fsync, atomic rename; E10). It is a help, never a truth: a restarted
 * manager reads reality from the agents first.
 *
 * @param managerId random, made once with the state directory (E12)
 * @param start how often this manager has started (E12)
 * @param epoch the highest epoch ever issued
 * @param holder the host that had the identity last, by its own word or by a move that ended well; {@code null} when never known
 * @param primary what is known of the first host
 * @param secondary likewise of the second
 * @param movedAtMillis wall clock of the last automatic failover; 0 when none (cooldown)
 * @param intent a move begun and not finished; {@code null} when none
 * @param pause nothing automatic is begun; {@code null} when not paused
 * @param tip the highest slot seen (E6); {@code null} when no source of votes has ever answered
 * @param terms of the longest lease that this manager may have granted and that may still run (E8); {@code null} when it granted none
 * @param stalledVote slot of the newest vote when the identity was last moved because its votes stood still; 0 once votes have landed since
 * @param lastTower the newest final tower that any host ever handed over; {@code null} when none has (INV-2)
 */
public record DurableManagerState(
        String managerId,
        long start,
        long epoch,
        Host holder,
        HostRecord primary,
        HostRecord secondary,
        long movedAtMillis,
        Intent intent,
        Pause pause,
        ChainTip tip,
        Terms terms,
        long stalledVote,
        LastTower lastTower) {

    /** One of which no move for votes that stood still is known, and that was handed no tower. */
    public DurableManagerState(String managerId, long start, long epoch, Host holder, HostRecord primary, HostRecord secondary,
            long movedAtMillis, Intent intent, Pause pause, ChainTip tip, Terms terms) {
        this(managerId, start, epoch, holder, primary, secondary, movedAtMillis, intent, pause, tip, terms, 0, null);
    }

    /**
     * What a lease is worth.
     *
     * @param leaseMs Q in milliseconds
     * @param jitterMs J in milliseconds
     */
    public record Terms(long leaseMs, long jitterMs) {
        /** The same of these numbers. */
        static Terms of(LeaseTiming numbers) {
            return new Terms(numbers.lease().toMillis(), numbers.jitter().toMillis());
        }

        /** How long nobody else may have the identity after the last word of a holder by such a lease (E3). */
        Duration holdOff() {
            return LeaseTiming.grantorWait(Duration.ofMillis(leaseMs), Duration.ofMillis(jitterMs));
        }

        boolean outlasts(Terms other) {
            return holdOff().compareTo(other.holdOff()) > 0;
        }
    }

    /**
     * What is known of one host.
     *
     * @param endpoint its agent's base URL where it was met last: what answers at another one is this host only if it has this id
     * @param id its agent's host id (E17); {@code null} before it answered
     * @param issued the highest epoch at which it was ever granted the identity (E10)
     * @param passive the highest epoch at which it answered that it verifiably cannot sign; 0 when never, or when it was active since
     * @param peerId the host that its agent takes for its peer and asks for promises, or promises to; {@code null} when it names none
     * @param attested in its newest answer its agent attested a fencer or a watchdog (E4)
     * @param unleased in its newest answer it was active and held no lease
     */
    public record HostRecord(String endpoint, String id, long issued, long passive, String peerId, boolean attested, boolean unleased) {
        /** One whose agent names no peer and attests nothing. */
        public HostRecord(String endpoint, String id, long issued, long passive) {
            this(endpoint, id, issued, passive, null, false, false);
        }

        /** A host that was never met. */
        public static HostRecord at(String endpoint) {
            return new HostRecord(endpoint, null, 0, 0);
        }

        /** What a start goes on with where the configuration names that endpoint: nothing is forgotten because an address changed. */
        HostRecord begun(String configured) {
            return endpoint == null ? at(configured) : this;
        }

        HostRecord withEndpoint(String newEndpoint) {
            return new HostRecord(newEndpoint, id, issued, passive, peerId, attested, unleased);
        }

        HostRecord withId(String newId) {
            return new HostRecord(endpoint, newId, issued, passive, peerId, attested, unleased);
        }

        HostRecord withIssued(long newEpoch) {
            return new HostRecord(endpoint, id, Math.max(issued, newEpoch), passive, peerId, attested, unleased);
        }

        HostRecord withPassive(long newEpoch) {
            return new HostRecord(endpoint, id, issued, newEpoch, peerId, attested, unleased);
        }

        HostRecord withWord(String newPeer, boolean guarded, boolean withoutLease) {
            return new HostRecord(endpoint, id, issued, passive, newPeer, guarded, withoutLease);
        }

        /** It cannot sign, whether it is reachable or not: it said so after everything it was ever granted (NoActive). */
        boolean excluded() {
            return passive > 0 && passive >= issued;
        }
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
    public record Intent(String operationId, Host from, Host to, Phase step, String reason) {
    }

    /**
     * A final tower that a host handed over with its answer.
     *
     * @param identity whose votes it records; {@code null} where that was not known then
     * @param tower of that identity
     */
    public record LastTower(String identity, FinalTower tower) {
    }

    /** How far a move has come. */
    public enum Phase {
        /** {@code from} is asked to become passive. */
        DEMOTING,
        /** {@code to} is asked to become active. */
        PROMOTING,
        /** {@code to} did not become active: it is asked to become passive, to know for sure. */
        CLEARING,
        /** {@code from} is asked to take the identity back. */
        RESTORING
    }

    /**
     * An operator's pause.
     *
     * @param reason the operator's words
     * @param sinceMillis wall clock, for people
     */
    public record Pause(String reason, long sinceMillis) {
    }

    /** A manager that has never started before. */
    public static DurableManagerState fresh(String managerId) {
        return new DurableManagerState(managerId, 0, 0, null, HostRecord.at(null), HostRecord.at(null), 0, null, null, null, null, 0, null);
    }

    /** The same with another epoch. */
    public DurableManagerState withEpoch(long newEpoch) {
        return new DurableManagerState(managerId, start, newEpoch, holder, primary, secondary, movedAtMillis, intent, pause, tip, terms,
                stalledVote, lastTower);
    }

    /** The same with another holder. */
    public DurableManagerState withHolder(Host newHolder) {
        return new DurableManagerState(managerId, start, epoch, newHolder, primary, secondary, movedAtMillis, intent, pause, tip, terms,
                stalledVote, lastTower);
    }

    /** The same with other knowledge of a host. */
    public DurableManagerState with(Host host, HostRecord known) {
        return new DurableManagerState(managerId, start, epoch, holder, host == Host.PRIMARY ? known : primary,
                host == Host.SECONDARY ? known : secondary, movedAtMillis, intent, pause, tip, terms, stalledVote, lastTower);
    }

    /** The same with the instant of an automatic failover. */
    public DurableManagerState withMovedAt(long millis) {
        return new DurableManagerState(managerId, start, epoch, holder, primary, secondary, millis, intent, pause, tip, terms, stalledVote,
                lastTower);
    }

    /** The same with another intent, or none. */
    public DurableManagerState withIntent(Intent newIntent) {
        return new DurableManagerState(managerId, start, epoch, holder, primary, secondary, movedAtMillis, newIntent, pause, tip, terms,
                stalledVote, lastTower);
    }

    /** The same with a pause, or none. */
    public DurableManagerState withPause(Pause newPause) {
        return new DurableManagerState(managerId, start, epoch, holder, primary, secondary, movedAtMillis, intent, newPause, tip, terms,
                stalledVote, lastTower);
    }

    /** The same with a newer tip. */
    public DurableManagerState withTip(ChainTip newest) {
        return new DurableManagerState(managerId, start, epoch, holder, primary, secondary, movedAtMillis, intent, pause, newest, terms,
                stalledVote, lastTower);
    }

    /** The same with other terms. */
    public DurableManagerState withTerms(Terms longest) {
        return new DurableManagerState(managerId, start, epoch, holder, primary, secondary, movedAtMillis, intent, pause, tip, longest,
                stalledVote, lastTower);
    }

    /** The same with the vote at which the identity was moved because its votes stood still, or none. */
    public DurableManagerState withStalledVote(long slot) {
        return new DurableManagerState(managerId, start, epoch, holder, primary, secondary, movedAtMillis, intent, pause, tip, terms, slot,
                lastTower);
    }

    /** The same with a newer final tower. */
    public DurableManagerState withLastTower(LastTower newest) {
        return new DurableManagerState(managerId, start, epoch, holder, primary, secondary, movedAtMillis, intent, pause, tip, terms,
                stalledVote, newest);
    }

    /** What is known of a host. */
    public HostRecord host(Host host) {
        return host == Host.PRIMARY ? primary : secondary;
    }

    /**
     * What a new start of the manager goes on with: everything, also where the file names its hosts the other way round, as operators do
     * after a failover, or by other addresses. A host is who it is by its id, not by its address (E17): one whose endpoint was changed
     * keeps its record, with the endpoint at which it was last met, until its id answers at the new one ({@link HostView#unmetAt}).
     */
    DurableManagerState begun(String first, String second) {
        boolean crossed = !first.equals(primary.endpoint()) && !second.equals(secondary.endpoint())
                && (first.equals(secondary.endpoint()) || second.equals(primary.endpoint()));
        Intent half = !crossed || intent == null ? intent
                : new Intent(intent.operationId(), intent.from().other(), intent.to().other(), intent.step(), intent.reason());
        HostRecord one = (crossed ? secondary : primary).begun(first);
        HostRecord two = (crossed ? primary : secondary).begun(second);
        ChainTip known = !crossed || tip == null ? tip : tip.swapped();
        boolean others = !first.equals(one.endpoint()) && !second.equals(two.endpoint());
        // Neither endpoint is known: it may be a pair of another cluster. Who has been a source is kept all the same.
        ChainTip kept = others && known != null ? new ChainTip(ChainTip.UNTRUSTED, known.wallMillis(), known.sources()) : known;
        return new DurableManagerState(managerId, start + 1, epoch, crossed && holder != null ? holder.other() : holder, one, two,
                movedAtMillis, half, pause, kept, terms, stalledVote, lastTower);
    }
}
