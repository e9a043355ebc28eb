package failover.manager.decision;

import failover.protocol.Level;
import failover.protocol.Now;
import java.util.List;

/** Who is active is what the hosts report, not what a file says (OM0-17, OM-7). */
final class Roles {
    private Roles() {
    }

    static void reconcile(ManagerState state, ManagerRules rules, Now now, List<ManagerEffect> out) {
        HostView primary = state.primary;
        HostView secondary = state.secondary;
        boolean first = primary.answers(rules, now);
        boolean second = secondary.answers(rules, now);
        if (Judge.sameHost(state) || primary.busy() || secondary.busy()) {
            return;
        }
        if (first && second) {
            both(state, primary.status.isActive(), secondary.status.isActive(), rules, now, out);
        } else if (first || second) {
            state.dual = 0;
            state.vacant = 0;
            HostView answering = first ? primary : secondary;
            // One answers: it knows whether it is active; if it is not, the silent one counts as active until the opposite is known.
            if (answering.status.isActive()) {
                adopt(state, answering.host, "by the hosts' own word", out);
            } else if (state.view(answering.host.other()).failure != null || state.view(answering.host.other()).everAnswered()) {
                // Not before it has been asked: right after the start, whoever answers later would be taken for the active one.
                Host silent = answering.host.other();
                adopt(state, silent, "as far as is known: [" + answering.host + "] says it is not, [" + silent + "] does not answer", out);
            }
        }
    }

    private static void both(ManagerState state, boolean first, boolean second, ManagerRules rules, Now now, List<ManagerEffect> out) {
        if (first != second) {
            state.dual = 0;
            state.vacant = 0;
            adopt(state, first ? Host.PRIMARY : Host.SECONDARY, "by the hosts' own word", out);
            return;
        }
        boolean counted = state.dual + state.vacant > 0;
        if (counted && now.since(state.roleCountedAt).compareTo(rules.nearlyAHeartbeat()) < 0) {
            return;
        }
        state.roleCountedAt = now.nanos();
        state.dual = first ? state.dual + 1 : 0;
        state.vacant = first ? 0 : state.vacant + 1;
    }

    private static void adopt(ManagerState state, Host holder, String how, List<ManagerEffect> out) {
        if (state.holder == holder && state.memory.holder() == holder) {
            return;
        }
        if (state.holder != holder) {
            out.add(Moves.say(Level.WARNING, "[" + holder + "] is the active one, " + how
                    + (state.holder == null ? "" : "; it was taken to be [" + state.holder + "]")));
        }
        state.holder = holder;
        state.memory = state.memory.withHolder(holder);
        out.add(new ManagerEffect.Remember(state.memory));
    }
}
