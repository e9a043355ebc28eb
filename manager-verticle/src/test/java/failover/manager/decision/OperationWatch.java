package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.DurableManagerState.Intent;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.LeaseStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What holds of an operation after every effect of a manager, by what its hosts are and by what is on the disk, not by what it thinks. */
final class OperationWatch implements Consumer<ManagerEffect> {
    private final ManagerAtWork manager;
    /** Two were active before anything was ordered. */
    private final boolean twoActives;
    /** Went out in an earlier life of the manager, and may still arrive. */
    private final List<ManagerEffect.Command> late = new ArrayList<>();
    int promotions;

    OperationWatch(ManagerAtWork manager, boolean twoActives) {
        this.manager = manager;
        this.twoActives = twoActives;
        manager.watch = this;
    }

    @Override
    public void accept(ManagerEffect effect) {
        if (effect instanceof ManagerEffect.Command command) {
            sent(command);
        }
        check();
    }

    void check() {
        assertTrue(twoActives || !manager.a().active || !manager.b().active, "two are active");
        List<ManagerEffect.Command> open = new ArrayList<>(manager.commands);
        open.addAll(late);
        for (ManagerEffect.Command command : open) {
            if (promotes(command) && accepted(command)) {
                Intent intent = manager.saved.intent();
                assertNotNull(intent, () -> "forgotten while it may still be obeyed: " + command);
                assertEquals(command.request().operationId(), intent.operationId(), "another one, while it may still be obeyed");
                assertTrue(intent.to() == command.host() && intent.step() != DurableManagerState.Phase.DEMOTING, () -> intent.toString());
                assertTrue(!manager.hosts.get(command.host().other()).active, () -> "the other one is active: " + command);
            }
        }
    }

    /** E10: what it begins is durable before it goes out; and nobody is made active while another one is, or may become so. */
    private void sent(ManagerEffect.Command command) {
        FailoverRequest request = command.request();
        assertTrue(manager.saved.epoch() >= request.epoch(), () -> "an epoch that is not durable: " + command);
        assertEquals(1, manager.commands.size(), "one command at a time");
        Intent intent = manager.saved.intent();
        if (twoActives && manager.a().active && manager.b().active) {
            assertTrue(!promotes(command) && intent == null, () -> "two actives: " + command);
            return;
        }
        assertNotNull(intent, () -> "nothing durable: " + command);
        assertEquals(request.operationId(), intent.operationId());
        DurableManagerState.Phase phase = intent.step();
        boolean target = phase != DurableManagerState.Phase.DEMOTING;
        assertEquals(target ? intent.to() : intent.from(), command.host(), () -> phase + ": " + command);
        assertEquals(phase == DurableManagerState.Phase.PROMOTING, promotes(command), () -> phase + ": " + command);
        if (promotes(command)) {
            promotions++;
            for (ManagerEffect.Command other : late) {
                assertTrue(other.host() == command.host() || !promotes(other) || !accepted(other), () -> command + " and " + other);
            }
        }
    }

    private static boolean promotes(ManagerEffect.Command command) {
        return "become_active".equals(command.request().action());
    }

    /** An agent refuses an epoch that is lower than the highest it was given. */
    private boolean accepted(ManagerEffect.Command command) {
        ManagerAtWork.Says says = manager.hosts.get(command.host());
        return says.answers && command.request().epoch() >= says.epoch;
    }

    /** What was out when the manager ended is on its way still. */
    void underWay(List<ManagerEffect.Command> commands) {
        late.addAll(commands);
    }

    /** It arrives now, and is obeyed unless a newer one was; nobody waits for the answer. */
    void arrives() {
        for (ManagerEffect.Command command : List.copyOf(late)) {
            late.remove(command);
            obey(command);
        }
    }

    /** It never arrives. */
    void lost() {
        late.clear();
    }

    /** Obeyed, or refused because a newer one was; whether it was obeyed. */
    boolean obey(ManagerEffect.Command command) {
        ManagerAtWork.Says says = manager.hosts.get(command.host());
        boolean obeyed = accepted(command);
        if (obeyed) {
            says.epoch = command.request().epoch();
            says.active = promotes(command);
            says.lease = new LeaseStatus(command.host() + "-1", says.active ? 9000 : 0, true, null, false, 0);
        }
        check();
        return obeyed;
    }

    /** Who carries the identity; there is exactly one. */
    Host active() {
        assertTrue(manager.a().active ^ manager.b().active, () -> manager.a().active ? "two are active" : "nobody is active");
        return manager.a().active ? Host.PRIMARY : Host.SECONDARY;
    }

    /** Commands are obeyed and answered from now on, until the pair is as it should be. */
    void settle(int beats) {
        for (int i = 0; i < beats && !settled(); i++) {
            manager.clusterSlot += 5;
            if (manager.state.move == null && manager.state.paused() && manager.state.pauseAsked == null) {
                // What was begun is finished in a pause, and nothing else is begun before its end.
                manager.pause(false);
            }
            if (manager.commands.isEmpty()) {
                manager.beats(1);
            } else {
                answer();
            }
        }
        assertTrue(settled(), () -> "nothing gets it right: " + manager.state.judgement + "\n" + String.join("\n", manager.lines));
        assertNull(manager.state.move, () -> "it has not ended: " + manager.state.judgement + "\n" + String.join("\n", manager.lines));
        assertNull(manager.saved.intent(), "it has ended, and is unfinished on the disk");
        assertEquals(active(), manager.state.holder);
        assertEquals(active(), manager.saved.holder());
    }

    private boolean settled() {
        return manager.state.move == null && manager.saved.intent() == null && manager.commands.isEmpty() && late.isEmpty()
                && manager.verdict() == Verdict.NO_PROBLEM && manager.a().active != manager.b().active
                && manager.hosts.get(manager.state.holder).active && manager.saved.holder() == manager.state.holder;
    }

    private void answer() {
        ManagerEffect.Command command = manager.commands.peek();
        if (!manager.hosts.get(command.host()).answers) {
            manager.noReply(Failure.Kind.NO_ANSWER);
        } else {
            manager.reply(obey(command) ? "done" : "refused");
        }
    }
}
