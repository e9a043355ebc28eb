package failover.agent.decision;

import failover.agent.decision.DurableAgentState.Bindings;
import failover.agent.decision.DurableAgentState.Manager;
import failover.protocol.ClockReading;
import failover.protocol.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Two processes of one manager that both live, and other managers that the peer obeys (safety.md, E12): the one that cannot reach this host
 * may keep the peer active. While that is in doubt no manager may make this host active.
 */
final class CompetingManagers {
    /** Two processes that are heard in turn for so long live both. */
    private static final Duration BOTH_LIVE = Duration.ofSeconds(2);
    /** No poll of a process that has ended arrives as late as that: a manager moves nothing for longer after its start (E8). */
    private static final Duration LATEST_POLL = Duration.ofSeconds(10);

    /** What others send costs no more memory than that. */
    private static final int MOST_BESIDE = 8;

    private CompetingManagers() {
    }

    /**
     * A poll was heard: of the bound manager, or of another process of it.
     *
     * @param sent when, by the manager's own clock in unix seconds
     */
    static void heard(AgentState state, Manager asks, boolean obeyed, long sent, ClockReading now, List<AgentEffect> out) {
        LeaseState lease = state.lease;
        Manager own = state.memory.bindings().manager();
        if (obeyed && (lease.first == null || !asks.equals(lease.first.manager()))) {
            lease.first = new LeaseState.FirstPoll(asks, now.nanos(), sent);
        }
        boolean stranger = !obeyed && own != null && asks.id() != null && !own.id().equals(asks.id()) && lease.unconfirmed;
        if (stranger && state.memory.bindings().leaving() == null && state.memory.bindings().rival() == null) {
            // Which of the two the peer obeys is unknown: it may be active by the other one's grant.
            ManagerBindings.set(state, state.memory.bindings().withRival(asks), out);
            out.add(AgentMachine.say(Level.ERROR, "ALARM: two managers poll this host, " + own + ", which came first, and " + asks
                    + ": stop one of the two. Until the peer says that it obeys the first, this host is made active by none"));
        }
        boolean another = !obeyed && own != null && own.id().equals(asks.id()) && asks.start() <= own.start() && !own.mayBe(asks)
                && state.memory.bindings().leaving() == null;
        // What an older start had sent before the newer one began may be on its way for a while, and is no sign that it lives.
        boolean late = own != null && asks.start() < own.start() && lease.first != null && own.equals(lease.first.manager())
                && sent <= lease.first.sent() && now.since(lease.first.heardAt()).compareTo(LATEST_POLL) < 0;
        if (another && !late) {
            Set<Manager> beside = new HashSet<>(lease.beside);
            if (beside.size() < MOST_BESIDE && beside.add(asks)) {
                lease.beside = Set.copyOf(beside);
            }
            twin(state, asks, now, out);
        }
    }

    /**
     * Two processes of one manager that are heard in turn live both: its machine, or its state_dir, was copied. The peer may be kept active
     * by the one that does not promote this host. A peer that obeys the bound one already takes nothing from an older start any more.
     */
    private static void twin(AgentState state, Manager other, ClockReading now, List<AgentEffect> out) {
        LeaseState lease = state.lease;
        if (!other.equals(lease.twin)) {
            lease.twin = other;
            lease.twinAt = now.nanos();
            return;
        }
        Manager own = state.memory.bindings().manager();
        boolean both = now.since(lease.twinAt).compareTo(BOTH_LIVE) >= 0 && lease.managerHeard && lease.managerHeardAt - lease.twinAt > 0;
        boolean harmless = lease.peersManager != null && own.equals(lease.peersManager.manager()) && other.start() < own.start();
        if (both && !harmless && state.memory.bindings().rival() == null) {
            ManagerBindings.set(state, state.memory.bindings().withRival(other), out);
            alarm(own, other, out);
        }
    }

    /**
     * What this host is bound by once a newer start of its manager polls. One that it has left, because it was silent here and the peer
     * obeyed the older one, and that polls again, lives; and so may the older one, by which the peer may be active. So does one that
     * polled before this host went over to the older one.
     */
    static Bindings next(AgentState state, Manager asks, List<AgentEffect> out) {
        Bindings bindings = state.memory.bindings();
        if (!state.lease.left.contains(asks)) {
            return bindings.to(asks);
        }
        alarm(bindings.manager(), asks, out);
        return bindings.to(asks).withRival(bindings.manager());
    }

    private static void alarm(Manager one, Manager other, List<AgentEffect> out) {
        out.add(AgentMachine.say(Level.ERROR, "ALARM: two processes of manager " + one.id() + " poll this host, " + one + " and " + other
                + ": its machine, or its state_dir, was copied; stop one of them. Until the peer says which one it obeys, this host is "
                + "made active by none"));
    }

    /** Why no process of this manager may make this host active; {@code null} when one may. */
    static String doubled(AgentState state) {
        Bindings bindings = state.memory.bindings();
        if (bindings.rival() == null || !bindings.managed()) {
            return null;
        }
        boolean copies = bindings.rival().id().equals(bindings.managerId());
        return (copies ? "two processes of manager " + bindings.managerId() + " have polled this host, and the other one"
                : "this host obeys manager " + bindings.managerId() + ", and another one, " + bindings.rival() + ",")
                + " may keep the peer active: stop one of the two; then, if the peer is gone for good, failover-agent --forget-manager";
    }
}
