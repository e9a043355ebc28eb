package failover.testbed.sim;

import failover.agent.decision.AgentEvent;
import failover.manager.decision.DurableManagerState;
import failover.manager.decision.ManagerOptions;
import failover.manager.decision.Policy;
import failover.protocol.ClockReading;
import failover.protocol.lease.LeaseTiming;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.Grant;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.LeaseStatus;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseRequest;
import failover.protocol.wire.StatusRequest;
import failover.protocol.wire.StatusResponse;
import failover.protocol.wire.VoteReport;
import java.time.Duration;

/** How the rules about leases and evidence are taken away: what a core without them would have believed, said or not waited for. */
final class LeaseMutants {
    private static final Duration LONG_AGO = Duration.ofMinutes(5);

    private LeaseMutants() {
    }

    /** What an agent reads from its clocks (E9). */
    static ClockReading clock(Mutant mutant, ClockReading real) {
        if (mutant.is(Mutant.WALL_CLOCK_ONLY)) {
            long nanos = real.wallMillis() * 1_000_000L;
            return new ClockReading(nanos, real.wallMillis(), nanos);
        }
        return mutant.is(Mutant.MONOTONIC_ONLY) ? new ClockReading(real.nanos(), Math.floorDiv(real.nanos(), 1_000_000L), real.nanos())
                : real;
    }

    /** The instant that a token names; {@code null} where there is none. */
    static ClockReading issued(String token) {
        if (token == null) {
            return null;
        }
        String[] parts = token.split("\\.", -1);
        return new ClockReading(Long.parseUnsignedLong(parts[1], 16), Long.parseUnsignedLong(parts[3], 16), Long.parseUnsignedLong(parts[2],
                16));
    }

    private static String nonce(String token) {
        return token == null ? "" : token.substring(0, token.indexOf('.'));
    }

    /** The same token as if it had been issued now. */
    private static String fresh(String token, String nonce, ClockReading now) {
        return token == null ? null : nonce + "." + Long.toHexString(now.nanos()) + "."
                + Long.toHexString(now.bootNanos()) + "." + Long.toHexString(now.wallMillis());
    }

    /** What a polled agent takes the poll for. */
    static StatusRequest polled(Mutant mutant, StatusRequest request, ClockReading now) {
        LeaseKeepalive offer = request.lease();
        boolean late = mutant.is(Mutant.LEASE_FROM_RECEIPT);
        boolean deaf = mutant.is(Mutant.NEWER_HOLDER_NOT_HEARD);
        if (offer == null || !late && !deaf && !mutant.is(Mutant.SECOND_PROCESS_NOT_NOTICED)) {
            return request;
        }
        return with(request, new LeaseKeepalive(late ? fresh(offer.token(), nonce(offer.token()), now) : offer.token(), offer.grantEpoch(),
                start(mutant, offer.managerStart()), offer.heartbeatMs(), offer.leaseMs(), offer.fenceMs(), offer.jitterMs(),
                offer.paused(), run(mutant, offer.managerRun()), deaf ? 0 : offer.otherEpoch()));
    }

    private static long start(Mutant mutant, long real) {
        return mutant.is(Mutant.SECOND_PROCESS_NOT_NOTICED) ? 1 : real;
    }

    private static String run(Mutant mutant, String real) {
        return mutant.is(Mutant.SECOND_PROCESS_NOT_NOTICED) ? null : real;
    }

    /** What an agent takes its peer's answer for, and its question. */
    static AgentEvent answered(Mutant mutant, AgentEvent event) {
        if (!mutant.is(Mutant.NEWER_HOLDER_NOT_HEARD)) {
            return event;
        } else if (event instanceof AgentEvent.PeerAnswered said) {
            return new AgentEvent.PeerAnswered(old(said.answer()));
        } else if (event instanceof AgentEvent.StayAnswered said && said.answer() != null) {
            return new AgentEvent.StayAnswered(said.asked(), said.sentAt(), old(said.answer()));
        } else if (event instanceof AgentEvent.StayAsked asks) {
            PeerStatusRequest real = asks.request();
            return new AgentEvent.StayAsked(asks.ticket(), new PeerStatusRequest(real.fromValidator(), real.timestamp(), real.hostId(), 0,
                    new PromiseRequest(0, real.stay().leaseMs(), real.stay().jitterMs()), real.leave()));
        }
        return event;
    }

    private static PeerStatusResponse old(PeerStatusResponse real) {
        return new PeerStatusResponse(real.isAlive(), real.isActive(), real.processRunning(), real.timestamp(), real.hostId(), 0,
                real.identityVerified(), real.operation(), real.stay());
    }

    /** What an agent takes an order for; {@code sinceStart}: how long it has been running; {@code nonce}: of that start. */
    static AgentEvent.ChangeAsked asked(Mutant mutant, AgentEvent.ChangeAsked event, Duration sinceStart, String nonce, ClockReading now) {
        Grant grant = event.request().grant();
        if (grant == null) {
            return event;
        }
        boolean young = sinceStart.compareTo(Duration.ofSeconds(16)) < 0;
        boolean free = mutant.is(Mutant.NO_PEER_REFUSAL) && !young || mutant.is(Mutant.NO_HOLD_OFF) && young;
        String token = mutant.is(Mutant.NO_E11) ? fresh(grant.token(), nonce, now) : grant.token();
        return new AgentEvent.ChangeAsked(event.ticket(), with(event.request(), new Grant(token, grant.managerId(),
                start(mutant, grant.managerStart()), grant.leaseMs(), grant.fenceMs(), grant.jitterMs(),
                (grant.otherPassive() || free) && !mutant.is(Mutant.PROMISE_BINDS_ALWAYS), grant.fenced(), grant.automatic(),
                grant.lastVote(), mutant.is(Mutant.STALE_TOWER_ACCEPTED), mutant.is(Mutant.PEERS_NOT_COMPARED) ? null : grant.otherId(),
                run(mutant, grant.managerRun()), grant.otherTried(),
                grant.slotMs())));
    }

    /** The rules a manager goes by. */
    static ManagerOptions rules(Mutant mutant, ManagerOptions real) {
        Policy policy = real.policy();
        if (mutant.is(Mutant.NO_E3_WAIT)) {
            LeaseTiming n = policy.numbers();
            Duration little = n.heartbeat().multipliedBy(2);
            LeaseTiming hasty = new LeaseTiming(n.heartbeat(), little, little, n.jitter(), n.fence(), little.minus(n.jitter()),
                    n.misses());
            policy = new Policy(hasty, policy.sources(), policy.evidence(), policy.fencing(), policy.holdWhileVoting());
        } else if (mutant.is(Mutant.EVIDENCE_IGNORED)) {
            policy = new Policy(policy.numbers(), policy.sources(), Policy.VoteEvidence.OFF, policy.fencing(), policy.holdWhileVoting());
        }
        Duration grace = mutant.is(Mutant.NO_E8) ? Duration.ZERO : real.startupGrace();
        return new ManagerOptions(real.dryRun(), real.rolesConfigured(), real.primaryEndpoint(), real.secondaryEndpoint(),
                real.heartbeatInterval(), real.missesBeforeFailover(), real.slotDiffThreshold(), real.slotCheckInterval(),
                real.requestTimeout(), real.unhealthyChecks(), real.minProcessUptime(), real.failoverCooldown(), real.demotionTimeout(),
                real.promotionTimeout(), grace, policy, real.stakedIdentity());
    }

    /** A manager that does not wait believes that it has started, and heard nothing, long ago. */
    static ClockReading started(Mutant mutant, ClockReading real) {
        return mutant.is(Mutant.NO_E8) ? new ClockReading(real.nanos() - LONG_AGO.toNanos(), real.wallMillis(), real.bootNanos()) : real;
    }

    static DurableManagerState remembered(Mutant mutant, DurableManagerState memory) {
        DurableManagerState kept = mutant.is(Mutant.COOLDOWN_NOT_DURABLE) ? memory.withMovedAt(0)
                : mutant.is(Mutant.OLD_NUMBERS_FORGOTTEN) ? memory.withTerms(null) : memory;
        return mutant.is(Mutant.EPOCH_NOT_DURABLE) ? kept.withEpoch(0) : kept;
    }

    /** A manager that does not wait for leases to run out grants them all the same. */
    static StatusRequest sent(Mutant mutant, StatusRequest request, LeaseTiming numbers) {
        LeaseKeepalive offer = request.lease();
        boolean real = offer == null || !mutant.is(Mutant.NO_E3_WAIT);
        return real ? request : with(request, new LeaseKeepalive(offer.token(), offer.grantEpoch(), offer.managerStart(),
                offer.heartbeatMs(), numbers.lease().toMillis(), numbers.fence().toMillis(), numbers.jitter().toMillis(), offer.paused(),
                offer.managerRun(), offer.otherEpoch()));
    }

    static FailoverRequest sent(Mutant mutant, FailoverRequest request, LeaseTiming numbers) {
        Grant grant = request.grant();
        boolean real = grant == null || !mutant.is(Mutant.NO_E3_WAIT);
        return real ? request : with(request, new Grant(grant.token(), grant.managerId(), grant.managerStart(),
                numbers.lease().toMillis(), numbers.fence().toMillis(), numbers.jitter().toMillis(), grant.otherPassive(), grant.fenced(),
                grant.automatic(), grant.lastVote(), grant.staleTower(), grant.otherId(), grant.managerRun(), grant.otherTried(),
                grant.slotMs()));
    }

    /** What a source's word is taken for; {@code before} is its last that was no error, {@code slot} the cluster's. */
    static VoteReport word(Mutant mutant, VoteReport said, VoteReport before, long slot, boolean frozen, boolean lags) {
        if (mutant.is(Mutant.RPC_ERROR_MEANS_STILL) && said.error() != null && before != null) {
            return new VoteReport(before.account(), before.lastVote(), slot, 0, null);
        }
        boolean old = mutant.is(Mutant.FROZEN_SOURCE_BELIEVED) && frozen || mutant.is(Mutant.LAGGING_SOURCE_BELIEVED) && lags;
        return old && said.error() == null
                ? new VoteReport(said.account(), said.lastVote(), slot, 0, null) : said;
    }

    /** When a source is said to have been asked: any look counts after the last call, however old it is. */
    static long askedAt(Mutant mutant, long real) {
        return mutant.is(Mutant.OLD_EVIDENCE_BELIEVED) ? real + Duration.ofSeconds(10).toNanos() : real;
    }

    /**
     * A manager that takes any silent host for one that can be replaced sees a fencer everywhere; to one that goes by who can be
     * reached, it means nothing at which epoch a host was passive. A host that does not keep its promise does not speak of it either.
     */
    static StatusResponse status(Mutant mutant, StatusResponse real) {
        LeaseStatus word = real.lease();
        boolean forgetful = mutant.is(Mutant.EPOCH_NOT_DURABLE)
                || mutant.is(Mutant.NO_ACTIVE_BY_REACHABILITY) && !real.isActive();
        boolean faithless = mutant.is(Mutant.NO_PEER_REFUSAL) || mutant.is(Mutant.NO_HOLD_OFF);
        boolean credulous = mutant.is(Mutant.ACTIVE_DEAD_OVER_UNRESOLVED);
        boolean incurious = mutant.is(Mutant.PEERS_NOT_COMPARED);
        if (word == null || !credulous && !forgetful && !faithless && !incurious) {
            return real;
        }
        return new StatusResponse(real.processRunning(), real.processUptime(), real.processHealthy(), real.validatorSlot(),
                real.networkSlot(), real.slotDiff(), real.isHealthy(), real.isActive(), real.lastTowerBackup(), real.error(),
                real.timestamp(), real.hostId(), real.version(), real.role(), real.identity(), real.stakedIdentity(),
                real.identityVerified(), forgetful ? 0 : real.epoch(), real.dryRun(), real.operation(), real.lastOperation(), real.unfit(),
                new LeaseStatus(word.token(), word.leftMs(), word.fenceCapable() || credulous, word.refused(), word.paused(),
                        faithless ? 0 : word.boundMs(), word.fencedBy(), word.doubled()), real.votes(), incurious ? null : real.peerId(),
                real.operationMs(), real.voteState());
    }

    private static StatusRequest with(StatusRequest request, LeaseKeepalive offer) {
        return new StatusRequest(request.timestamp(), request.lastReceivedTimestamp(), request.managerId(), request.epoch(), offer,
                request.slotMs());
    }

    private static FailoverRequest with(FailoverRequest request, Grant grant) {
        return new FailoverRequest(request.action(), request.reason(), request.skipIdentity(), request.timestamp(), request.operationId(),
                request.epoch(), request.deadlineMs(), request.planned(), grant, request.tower(),
                request.knownTower());
    }
}
