package failover.manager.decision;

import failover.protocol.Level;
import java.util.List;
import java.util.Objects;

/**
 * Who is who (E17). Whoever rises on another one's silence needs two words that this one can have lived by: the manager's, and that of the
 * peer it asks. Both are given to hosts, not to addresses, so that the two programs must mean the same hosts.
 */
final class Pairing {
    private Pairing() {
    }

    /**
     * Another machine answers where the holder of the identity did: an address that moved, a name that leads elsewhere, an agent with a
     * state directory of its own. Nothing it says of itself excludes the one that held the identity, whom nobody can hear now. The
     * validator's own word that it carries the identity is enough, however: the identity is there.
     */
    static boolean stranger(ManagerState state, HostView view) {
        if (!view.everAnswered() || view.host != state.lastHolder()) {
            return false;
        }
        String pinned = state.memory.host(view.host).id();
        boolean another = view.ours() && pinned != null && !view.status.hostId().equals(pinned);
        boolean theOther = view.ours() && view.status.hostId().equals(state.memory.host(view.host.other()).id());
        return (another || view.unmetAt != null) && !theOther && !(view.status.isActive() && view.status.identityVerified());
    }

    /** A start of the manager whose configuration names a host by another endpoint than that at which it was met. */
    static void renamed(ManagerState state, ManagerOptions rules, List<ManagerEffect> out) {
        for (HostView view : new HostView[] {state.primary, state.secondary}) {
            String met = state.memory.host(view.host).endpoint();
            if (met != null && !met.equals(rules.endpoint(view.host))) {
                view.unmetAt = rules.endpoint(view.host);
                out.add(OperationPhases.say(Level.WARNING, unmet(state, view)
                        + ": what is known of it is kept, an unfinished operation as well"));
            }
        }
    }

    /** Where that host was met, and where it is looked for now. */
    static String unmet(ManagerState state, HostView view) {
        DurableManagerState.HostRecord known = state.memory.host(view.host);
        return "the endpoint of [" + view.host + "] is " + view.unmetAt + " now, it was " + known.endpoint() + ", and "
                + (known.id() == null ? "the host that was there" : "host " + known.id()) + " has not answered at the new one yet";
    }

    /**
     * Whoever answers at a new endpoint is the host that was met at the old one: by its id, or, where that one ran an agent of the
     * original, which has none, because it says that it is active.
     */
    static boolean met(ManagerState state, HostView view) {
        DurableManagerState.HostRecord known = state.memory.host(view.host);
        boolean itself = known.id() == null ? view.status.isActive() && (view.status.identityVerified() || !view.ours())
                : view.ours() && known.id().equals(view.status.hostId());
        if (view.unmetAt == null || !itself) {
            return false;
        }
        state.memory = state.memory.with(view.host, known.withEndpoint(view.unmetAt));
        view.unmetAt = null;
        return true;
    }

    /** This manager has moved nothing and granted nothing, and nobody is active: which host stands where binds it to nothing. */
    static boolean nothingIssued(ManagerState state) {
        DurableManagerState memory = state.memory;
        boolean active = state.primary.status != null && state.primary.status.isActive()
                || state.secondary.status != null && state.secondary.status.isActive();
        return !active && memory.epoch() == 0 && memory.holder() == null && memory.intent() == null && state.move == null
                && memory.primary().issued() == 0 && memory.secondary().issued() == 0;
    }

    /** The host that answers at that endpoint is the one that is meant there from now on; what another one said is not its word. */
    static void replaced(ManagerState state, HostView view) {
        DurableManagerState.HostRecord known = state.memory.host(view.host);
        String id = view.ours() ? view.status.hostId() : null;
        state.memory = state.memory.with(view.host,
                DurableManagerState.HostRecord.at(view.unmetAt == null ? known.endpoint() : view.unmetAt).withId(id));
        view.unmetAt = null;
    }

    /**
     * Why an answer that came from that endpoint is no word of the host that is meant there; {@code null} where it is, or does not say.
     *
     * @param hostId as the answer says; empty or {@code null} from an original
     */
    static String foreign(ManagerState state, Host host, String hostId) {
        String pinned = state.memory.host(host).id();
        boolean silent = hostId == null || hostId.isEmpty();
        HostView view = state.view(host);
        if (view.unmetAt != null && (silent || pinned == null)) {
            return "whoever answers there does not say that it is that host: " + unmet(state, view);
        }
        return silent || pinned == null || pinned.equals(hostId) ? null
                : "host " + hostId + " answered at the endpoint of [" + host + "], which is host " + pinned + ": was a state_dir copied "
                + "from one host to the other, or does the endpoint lead elsewhere?";
    }

    /** What keeps everything from being decided on the words of that machine; {@code null} where there is none. */
    static String strange(ManagerState state) {
        for (HostView view : new HostView[] {state.primary, state.secondary}) {
            if (view.unmetAt != null && view.host == state.lastHolder() && view.failure != null && !view.everAnswered()) {
                return "[" + view.host + "] had the identity last; " + unmet(state, view) + ": its silence there says nothing. Correct the "
                        + "endpoint; where that host certainly cannot sign any more: failover-manager --trigger-failover --i-have-fenced";
            }
            if (stranger(state, view)) {
                return "[" + view.host + "] had the identity last, and another host answers there now: id "
                        + (view.ours() ? view.status.hostId() : "none, an agent of the original") + ", it was "
                        + state.memory.host(view.host).id() + "; that it is passive says nothing of the one that had the identity. Where "
                        + "that one certainly cannot sign any more (it is off, or this is the same machine with a new state_dir): "
                        + "failover-manager --trigger-failover --i-have-fenced; else correct the endpoint";
            }
        }
        return null;
    }

    /** An operator states that the host that had the identity cannot sign: the one that answers there now takes its place. */
    static void accept(ManagerState state) {
        for (HostView view : new HostView[] {state.primary, state.secondary}) {
            if (stranger(state, view)) {
                replaced(state, view);
            }
        }
    }

    /**
     * The peer that an agent names in its newest answer, whether it attests a fencer, and whether it is active without a lease; kept, as
     * the questions come up when it is silent, and may come up after a restart of this manager.
     */
    static boolean named(ManagerState state, HostView view) {
        DurableManagerState.HostRecord known = state.memory.host(view.host);
        String peer = view.status.peerId() == null || view.status.peerId().isEmpty() ? null : view.status.peerId();
        boolean unleased = view.unleased(known.issued());
        if (!view.ours() || !view.status.hostId().equals(known.id())
                || Objects.equals(peer, known.peerId()) && known.attested() == view.fenceCapable
                && known.unleased() == unleased) {
            return false;
        }
        state.memory = state.memory.with(view.host, known.withWord(peer, view.fenceCapable, unleased));
        return true;
    }

    /**
     * One of the two agents has another host for its peer than the one this manager would promote, or hears: a third host has promised, or
     * was promised, what the other one of this pair knows nothing of. {@code null} where they mean the same, or do not say.
     */
    static String mismatch(ManagerState state) {
        for (Host host : Host.values()) {
            String peer = state.memory.host(host).peerId();
            String other = state.memory.host(host.other()).id();
            if (peer != null && other != null && !peer.equals(other)) {
                return "the agent of [" + host + "] has host " + peer + " for its peer, and [" + host.other() + "] is host " + other
                        + ": a third host may hold the identity, or keep [" + host + "] in office, so that nobody is replaced on silence; "
                        + "correct peer_endpoint there, or, where [" + host.other() + "] was set up anew and the old one is gone for good, "
                        + "let [" + host + "] forget it: failover-agent --forget-peer on that host";
            }
        }
        return null;
    }
}
