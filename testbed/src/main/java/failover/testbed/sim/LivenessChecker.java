package failover.testbed.sim;

import failover.manager.decision.DurableManagerState;
import failover.manager.decision.Host;
import failover.manager.decision.ManagerOptions;
import failover.protocol.wire.StateView;
import java.time.Duration;
import java.util.Comparator;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What is demanded once the faults are over (LIVE-1 to LIVE-4), and of a pair to which one more thing happens then. */
final class LivenessChecker {
    /** Slots; with a tower that lacks more a promotion may be refused (safety.md, "The tower"). */
    private static final long TOWER_MAY_LACK = 8;
    private static final long FOR_EVER = 1_000_000_000_000_000L;
    /** E6: sixteen slots must go by without a vote from the first look on, which comes with a heartbeat; the last vote may land late. */
    private static final Duration VOTES_STAND_STILL = Duration.ofMillis((16 + Cluster.LATEST) * 400 + 1000);
    /** From the last call to a silent host to the look at its votes that comes after it. */
    private static final Duration LAST_LOOK = Duration.ofMillis(1500);
    /** A process is seen to be gone twice; the second look, and the demotion that finds it dead. */
    private static final Duration SEEN_TWICE = Duration.ofMillis(750);
    /** E6: for so long one source that is left goes on alone against a tip that was kept; and what a failover takes then. */
    static final Duration TIP_GIVEN_UP = Duration.ofMinutes(12);
    /** Ten minutes of slots at the slowest pace, and some: no source lags by more. */
    private static final long MAY_LAG = 1300;
    private static final Pattern SLOTS_BEHIND = Pattern.compile("is (\\d+) slots behind \\d+, where the cluster must be");
    /** Tower, fencer and set-identity at B, when nothing fails. */
    private static final Duration ACTIVATION = Duration.ofMillis(2500);

    private final SimContext world;
    private final RunClass runClass;
    private final Setup setup;
    private final ManagerHost manager;
    private final AgentHost[] agents;
    private final SimValidator[] validators;
    private final Nemesis chaos;
    private final Totals totals;

    LivenessChecker(SimContext world, RunClass runClass, Setup setup, ManagerHost manager, AgentHost[] agents, SimValidator[] validators,
            Nemesis chaos, Totals totals) {
        this.world = world;
        this.runClass = runClass;
        this.setup = setup;
        this.manager = manager;
        this.agents = agents;
        this.validators = validators;
        this.chaos = chaos;
        this.totals = totals;
    }

    /** By a wall clock that was set forward before a start, the cluster must be where nobody sees it: that is not believed for ever. */
    boolean tipAhead() {
        return manager.up() && manager.view().why().contains("is not where it must be") && world.clock(SimContext.MANAGER).wallSteps() > 0;
    }

    /** By the manager's own words. */
    private static long slotsAhead(StateView view) {
        Matcher said = SLOTS_BEHIND.matcher(view.why());
        return said.find() ? Long.parseLong(said.group(1)) : Long.MAX_VALUE;
    }

    /** After the peace. */
    void check() {
        boolean one = validators[0].ableToSign() != validators[1].ableToSign();
        if (chaos.forEver()) {
            checkWhoIsLeft(one);
            return;
        }
        StateView view = manager.view();
        if (runClass == RunClass.OBSERVERS_FAIL && totals.moves > 0) {
            world.violated("LIVE-3: a failover although nobody but observers failed");
        }
        if (runClass.answering() && totals.onSilence > 0) {
            world.violated("a host was replaced on its silence, although none was silent");
        }
        if (view.operation() != null || unanswered() > 0) {
            world.violated("LIVE-4: something is still under way or unanswered: " + view.verdict() + " " + view.why());
        }
        boolean told = "swapped_hosts".equals(view.verdict()) || view.why().contains("failover-agent --forget-peer");
        if (!one && chaos.otherManager() && told) {
            // It met the hosts the wrong way round after it had lost its memory, or a host has another one's id for its peer's, by a state
            // that was copied: the operator is told what to correct.
            totals.needOperator++;
        } else if (!one && !setup.identityKnown()) {
            // Nobody can tell that the active has lost its identity: the verdict tells the operator where it is known at all.
            totals.needOperator++;
        } else if (!one && runClass.demanding()) {
            world.violated("LIVE-1: nobody is active after the peace: " + view.verdict() + " " + view.why());
        }
    }

    private boolean refused(int host) {
        StateView view = manager.view();
        return Stream.concat(Stream.of(view.why()), view.hosts().get(host).problems().stream())
                .anyMatch(words -> words.contains("refuses this manager") || words.contains("failover-agent --forget-manager"));
    }

    /** As far as the manager was told, and has kept. */
    private boolean attested(int host) {
        DurableManagerState kept = manager.disk().read();
        return manager.patience().attested(host) && (kept == null || kept.host(Host.values()[host]).attested());
    }

    private int unanswered() {
        return manager.operators().unanswered() + agents[0].askers().unanswered() + agents[1].askers().unanswered();
    }

    /** Somebody was killed for ever: what the others can do for the pair, they have done; what nobody is left for, is not demanded. */
    private void checkWhoIsLeft(boolean one) {
        boolean guarded = (agents[0].up() || agents[0].guarded()) && (agents[1].up() || agents[1].guarded());
        if (!manager.up() || !guarded || !runClass.demanding() || !setup.identityKnown()) {
            return;
        }
        boolean left = agents[0].up() || agents[1].up();
        if (!left && one) {
            world.violated("E4: a validator goes on although its agent is dead for ever, a fencer beside it");
        }
        if (!left || one) {
            return;
        }
        StateView view = manager.view();
        if (operatorDecides(agents[0].up() ? 0 : 1, view)) {
            totals.needOperator++;
        } else {
            world.violated("LIVE-1: nobody is active, though a host and the manager are left: " + view.verdict() + " " + view.why());
        }
    }

    /** Nobody else can, and the operator is told so. */
    private boolean operatorDecides(int alive, StateView view) {
        int other = 1 - alive;
        // E12: a host leaves its manager, and comes to trust one of two, only with its peer, and that is gone for good: there is
        // failover-agent --forget-manager.
        boolean otherManager = chaos.otherManager() && refused(alive);
        // It may be active, and by what it said last nobody would end it, or nothing over there would end by itself (E3): there is
        // --i-have-fenced.
        boolean inDoubt = view.operation() != null && !agents[other].up() && !attested(other);
        boolean neverLeased = view.why().contains("before it had taken a lease");
        // So near a tip that a clock has set ahead a source may lag by it: the verdict says how far it is, and until the cluster has come
        // there, there is --i-have-fenced, too.
        boolean mayLag = tipAhead() && slotsAhead(view) <= MAY_LAG;
        // Whoever votes with that tower may contradict what the dead one signed.
        boolean oldTower = world.towers().behind(alive) > TOWER_MAY_LACK;
        return otherManager || inDoubt || neverLeased || mayLag || oldTower;
    }

    /**
     * LIVE-2: the active is lost for good, its process alone or its whole host, and the other one, if it is fit, has the identity in time.
     *
     * @param play plays on until that instant, or until somebody else is able to sign
     */
    void loseTheActive(LongConsumer play) {
        boolean one = validators[0].ableToSign() != validators[1].ableToSign();
        if (chaos.forEver() || !one || !setup.identityKnown() || !runClass.demanding() || !manager.up()) {
            return;
        }
        int active = validators[0].ableToSign() ? 0 : 1;
        StateView view = manager.view();
        boolean ready = "no_problem".equals(view.verdict()) && view.hosts().get(1 - active).problems().isEmpty()
                && view.cooldownSeconds() == 0;
        if (!ready) {
            totals.notReady++;
            return;
        }
        // Where a fencer is required and there is none, a host that is gone waits for the operator.
        boolean wholeHost = !runClass.answering() && !runClass.unguarded() && world.dice(RandomStream.Concern.FAULTS, 1).chance(0.5);
        ManagerOptions rules = manager.rules();
        Duration still = VOTES_STAND_STILL.plus(rules.heartbeatInterval());
        Duration silence = longest(manager.patience().silence(), manager.patience().bound(1 - active), still);
        Duration bound = (wholeHost ? silence.plus(LAST_LOOK) : SEEN_TWICE).plus(rules.heartbeatInterval()).plus(ACTIVATION);
        chaos.disarm();
        world.note(active, "LOST FOR GOOD: " + (wholeHost ? "the host" : "the validator"));
        if (wholeHost) {
            world.open(Fault.Kind.HOST_SILENT, active);
            world.open(Fault.Kind.FENCER_DEAD, active);
            agents[active].crash(FOR_EVER);
            agents[active].killCommands();
        }
        validators[active].die(FOR_EVER);
        long lostAt = world.agenda().now();
        play.accept(lostAt + bound.toNanos());
        if (world.violation() == null && !validators[1 - active].ableToSign()) {
            StateView now = manager.view();
            world.violated("LIVE-2: " + (wholeHost ? "a host" : "a validator") + " is lost, and " + bound.toMillis()
                    + " ms later nobody has the identity: " + now.verdict() + " " + now.why());
            return;
        }
        totals.replaced(wholeHost, world.agenda().now() - lostAt);
    }

    private static Duration longest(Duration... all) {
        return Stream.of(all).max(Comparator.naturalOrder()).orElseThrow();
    }
}
