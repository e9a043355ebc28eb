package failover.manager.decision;

import failover.manager.decision.ManagerMemory.Step;
import failover.protocol.Level;
import failover.protocol.Now;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Outcome;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import java.util.List;

/**
 * The steps of a move: demote, and only after that promote; what was refused before anything ran is given back to the old holder, what is
 * unknown is cleared first and never guessed (OM0-3, OM-1, SVS-3). Each step is durable before its command goes out (E10).
 */
final class Moves {
    private static final Duration PROOF_TIME = Duration.ofSeconds(8);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(250);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final ManagerRules rules;
    private final Orders orders;
    private final Proof proof;
    private final Ends ends;

    Moves(ManagerRules rules, Grants grants, Proof proof) {
        this.orders = new Orders(grants);
        this.proof = proof;
        this.ends = new Ends(rules);
        this.rules = rules;
    }

    void begin(ManagerState state, Move move, Now now, List<ManagerEffect> out) {
        state.move = move;
        out.add(say(Level.WARNING, move.kind == Move.Kind.FENCE ? "=== FENCING ONE OF TWO ACTIVES ===" : "=== FAILOVER INITIATED ==="));
        out.add(say(Level.WARNING, "Reason: " + move.reason + " (op=" + move.operationId + " epoch=" + move.epoch + ")"));
        out.add(say(Level.INFO, "From: [" + move.from + "] " + rules.endpoint(move.from)));
        if (move.to != null) {
            out.add(say(Level.INFO, "To:   [" + move.to + "] " + rules.endpoint(move.to)));
        }
        enter(state, Step.DEMOTING, out);
    }

    /** A manager that stopped in the middle: what was sent may still take effect, so the outcome is read before anything else is done. */
    void resume(ManagerState state, ManagerMemory.Intent intent, Now now, List<ManagerEffect> out) {
        out.add(say(Level.WARNING, "this manager stopped in the middle of operation " + intent.operationId() + " (" + intent.step()
                + ", [" + intent.from() + "] to [" + intent.to() + "]): reading what became of it"));
        if (intent.step() != Step.PROMOTING && intent.step() != Step.CLEARING) {
            state.memory = state.memory.withIntent(null);
            out.add(new ManagerEffect.Remember(state.memory));
            return;
        }
        Move move = new Move(Move.Kind.FAILOVER, intent.operationId(), state.memory.epoch(), intent.from(), intent.to(), intent.reason(),
                true, false, false, false);
        state.move = move;
        move.step = intent.step();
        if (intent.step() == Step.PROMOTING) {
            move.resolveBy = now.plus(rules.promotionTimeout());
        } else {
            move.retryAt = now.nanos();
        }
    }

    void saved(ManagerState state, ManagerEvent.Saved event, Now now, List<ManagerEffect> out) {
        Move move = state.move;
        if (move == null || move.saving == 0 || move.saving != event.number()) {
            return;
        }
        move.saving = 0;
        String error = event.error();
        if (error != null) {
            move.trouble = "the state could not be made durable: " + error;
            ends.fail(state, now, out);
            return;
        }
        move.command = state.number();
        switch (move.step) {
            case DEMOTING:
                demote(state, move, now, out);
                break;
            case PROMOTING:
                out.add(say(Level.INFO, "Step 2: Sending become_active to [" + move.to + "]..."));
                orders.send(state, move, move.to, Action.BECOME_ACTIVE, rules.promotionTimeout(), now, out);
                break;
            case CLEARING:
                out.add(say(Level.WARNING, "Sending become_passive to [" + move.to + "], to know for sure: " + move.trouble));
                orders.send(state, move, move.to, Action.BECOME_PASSIVE, rules.demotionTimeout(), now, out);
                break;
            case RESTORING:
                out.add(say(Level.WARNING, "Giving the identity back to [" + move.from + "]: " + move.trouble));
                orders.send(state, move, move.from, Action.BECOME_ACTIVE, rules.promotionTimeout(), now, out);
                break;
            default:
                throw new AssertionError(move.step);
        }
    }

    void replied(ManagerState state, long number, FailoverResponse response, Now now, List<ManagerEffect> out) {
        Move move = state.move;
        if (move == null || number == 0 || move.command != number) {
            return;
        }
        move.command = 0;
        // An answer to a command is a sign of life like any other: who has just refused is not silent.
        state.view(move.recipient()).heardAt = now.nanos();
        Outcome outcome = Outcome.of(response.outcome());
        boolean done = response.success() && !response.dryRun() && (outcome == null || outcome == Outcome.DONE);
        switch (move.step) {
            case DEMOTING:
                demoted(state, move, done, response, now, out);
                break;
            case PROMOTING:
                promoted(state, move, done, response.dryRun() ? Outcome.REFUSED : outcome, response.message(), now, out);
                break;
            case CLEARING:
                cleared(state, move, done, response.message(), now, out);
                break;
            case RESTORING:
                restored(state, move, done, response.message(), now, out);
                break;
            default:
                throw new AssertionError(move.step);
        }
    }

    void failed(ManagerState state, long number, Failure failure, Now now, List<ManagerEffect> out) {
        Move move = state.move;
        if (move == null || number == 0 || move.command != number) {
            return;
        }
        move.command = 0;
        switch (move.step) {
            case DEMOTING:
                if (move.silentFrom) {
                    replaceSilent(state, move, " (" + failure.detail() + ")", now, out);
                } else {
                    move.trouble = "[" + move.from + "] did not answer become_passive: " + failure.detail();
                    ends.fail(state, now, out);
                }
                break;
            case PROMOTING:
                if (failure.kind() == Failure.Kind.NOT_DELIVERED) {
                    promoted(state, move, false, Outcome.REFUSED, failure.detail(), now, out);
                } else {
                    out.add(say(Level.WARNING, "[" + move.to + "] did not answer become_active (" + failure.detail()
                            + "): whether it is active is read from its status, nothing is repeated"));
                    move.trouble = failure.detail();
                    move.resolveBy = now.plus(rules.promotionTimeout());
                }
                break;
            case CLEARING:
                cleared(state, move, false, failure.detail(), now, out);
                break;
            case RESTORING:
                restored(state, move, false, failure.detail(), now, out);
                break;
            default:
                throw new AssertionError(move.step);
        }
    }

    /** A status of a host in a move: it may tell what became of a command whose answer was lost. */
    void statusSeen(ManagerState state, HostView view, Now now, List<ManagerEffect> out) {
        Move move = state.move;
        if (move == null || move.resolveBy == 0 || view.host != move.to || view.busy()) {
            return;
        }
        StatusResponse status = view.status;
        boolean same = status.lastOperation() != null && move.operationId.equals(status.lastOperation().operationId())
                && Action.BECOME_ACTIVE.wire().equals(status.lastOperation().action());
        if (same) {
            Outcome outcome = Outcome.of(status.lastOperation().outcome());
            move.resolveBy = 0;
            promoted(state, move, outcome == Outcome.DONE, outcome, status.lastOperation().message(), now, out);
        } else if (status.isActive() && (status.identityVerified() || !status.fromOurs())) {
            move.resolveBy = 0;
            promoted(state, move, true, Outcome.DONE, "it says it is active", now, out);
        } else if (status.fromOurs() && status.identityVerified() && !status.isActive() && status.epoch() < move.epoch) {
            // It has not begun. Under a higher epoch it never will: a command still on its way is refused then.
            clear(state, move, "[" + move.to + "] has not obeyed become_active", out);
        }
    }

    void tick(ManagerState state, Now now, List<ManagerEffect> out) {
        Move move = state.move;
        if (move == null) {
            return;
        }
        if (move.provedAfter != 0) {
            proof.ask(state, now, out);
            out.add(new ManagerEffect.Wake(LOOK_AGAIN));
            prove(state, now, out);
        } else if (move.resolveBy != 0 && now.reached(move.resolveBy)) {
            move.resolveBy = 0;
            clear(state, move, "nothing tells what became of become_active on [" + move.to + "]", out);
        } else if (move.retryAt != 0 && now.reached(move.retryAt)) {
            clearAgain(state, move, now, out);
        }
    }

    /** The target of a promotion did not say that it is passive: it is asked again, until it says so or is certainly gone. */
    private void clearAgain(ManagerState state, Move move, Now now, List<ManagerEffect> out) {
        Proof.LastLook look = proof.gone(state, move, now, out);
        if (look.step() == Proof.LastLook.Go.WAIT) {
            move.retryAt = now.plus(LOOK_AGAIN);
            out.add(new ManagerEffect.Wake(LOOK_AGAIN));
            return;
        }
        move.retryAt = 0;
        if (look.step() == Proof.LastLook.Go.ON) {
            out.add(say(Level.WARNING, "[" + move.to + "] is silent, and a fencer stands behind it: it counts as gone; " + look.why()));
            move.goneTo = true;
            move.proof = look.why();
            giveBackOrFail(state, move, now, out);
        } else {
            clear(state, move, look.why(), out);
        }
    }

    private void demote(ManagerState state, Move move, Now now, List<ManagerEffect> out) {
        if (move.silentFrom && !state.view(move.from).ours()) {
            move.command = 0;
            replaceSilent(state, move, "", now, out);
            return;
        }
        if (move.vacant && !state.view(move.from).answers(rules, now) && state.memory.host(move.from).excluded()) {
            move.command = 0;
            out.add(say(Level.WARNING, "Step 1: [" + move.from + "] does not answer, and need not: it has been passive since epoch "
                    + state.memory.host(move.from).passive() + ", the last it was granted is "
                    + state.memory.host(move.from).issued()));
            promoteNext(state, move, now, out);
            return;
        }
        out.add(say(Level.INFO, "Step 1: Sending become_passive to [" + move.from + "]..."));
        Duration limit = move.silentFrom ? Move.lastCall(rules) : rules.demotionTimeout();
        orders.send(state, move, move.from, Action.BECOME_PASSIVE, limit, now, out);
    }

    private void replaceSilent(ManagerState state, Move move, String detail, Now now, List<ManagerEffect> out) {
        if (!state.silent(state.view(move.from), rules, now)) {
            // It came back while its last call was out: it lives, and may well be active.
            move.trouble = "[" + move.from + "] answers again, but has not answered become_passive" + detail;
            ends.fail(state, now, out);
            return;
        }
        out.add(say(Level.WARNING, "Step 1: [" + move.from + "] is unreachable, skipping become_passive" + detail));
        if (move.fenced) {
            move.proof = "an operator states that it cannot sign";
            promoteNext(state, move, now, out);
            return;
        }
        // E6: what the votes did before this call proves nothing any more; the last look comes after it.
        move.provedAfter = now.nanos();
        move.proveBy = now.plus(PROOF_TIME);
        proof.ask(state, now, out);
        // The host beside which the votes are read is asked at once as well, not a look later: nobody votes meanwhile.
        out.add(new ManagerEffect.Wake(Duration.ofMillis(10)));
        prove(state, now, out);
    }

    /** Goes on with a silent host's move as soon as its votes are known to stand still; gives up when they do not. */
    void prove(ManagerState state, Now now, List<ManagerEffect> out) {
        Move move = state.move;
        if (move == null || move.provedAfter == 0) {
            return;
        }
        if (!state.silent(state.view(move.from), rules, now)) {
            move.provedAfter = 0;
            move.trouble = "[" + move.from + "] answers again";
            ends.fail(state, now, out);
            return;
        }
        Proof.LastLook look = proof.last(state, move.from, move.provedAfter, move.proveBy, now, out);
        if (look.step() == Proof.LastLook.Go.WAIT) {
            return;
        }
        move.provedAfter = 0;
        if (look.step() == Proof.LastLook.Go.ON) {
            move.proof = look.why();
            out.add(say(Level.WARNING, "[" + move.from + "] is taken for dead: " + look.why()));
            promoteNext(state, move, now, out);
        } else {
            move.trouble = "[" + move.from + "] is silent, but " + look.why();
            ends.fail(state, now, out);
        }
    }

    private void demoted(ManagerState state, Move move, boolean done, FailoverResponse response, Now now, List<ManagerEffect> out) {
        if (!done) {
            move.trouble = "[" + move.from + "] did not become passive: "
                    + (response.dryRun() ? "its agent is in dry-run" : response.message());
            ends.fail(state, now, out);
            return;
        }
        move.demoted = true;
        if (response.verified() || response.processDead()) {
            state.memory = state.memory.with(move.from, state.memory.host(move.from).withPassive(move.epoch));
        }
        move.fromDead = response.processDead();
        move.tower = response.tower();
        String how = response.processDead() ? ": its process is dead"
                : response.verified() ? ", by its validator's word" : ", by its agent's word";
        out.add(say(Level.INFO, "[" + move.from + "] is passive" + how + " (" + response.tookMs() + " ms)"));
        if (!("Successfully executed: " + Action.BECOME_PASSIVE).equals(response.message())) {
            out.add(say(Level.WARNING, "[" + move.from + "] says: " + response.message()));
        }
        if (move.kind == Move.Kind.FENCE) {
            ends.fenced(state, move.from.other(), now, out);
        } else {
            promoteNext(state, move, now, out);
        }
    }

    private void promoteNext(ManagerState state, Move move, Now now, List<ManagerEffect> out) {
        if (move.kind == Move.Kind.FENCE) {
            ends.fail(state, now, out);
        } else {
            enter(state, Step.PROMOTING, out);
        }
    }

    private void promoted(ManagerState state, Move move, boolean done, Outcome outcome, String words, Now now, List<ManagerEffect> out) {
        if (done) {
            ends.complete(state, move, now, out);
            return;
        }
        move.trouble = "[" + move.to + "] did not become active: " + words;
        state.failedTarget = move.to;
        out.add(say(Level.ERROR, move.trouble));
        if (outcome == Outcome.REFUSED) {
            giveBackOrFail(state, move, now, out);
        } else {
            clear(state, move, move.trouble, out);
        }
    }

    /** Orders the target to be passive under a higher epoch: a become_active that is still on its way is refused then. */
    private void clear(ManagerState state, Move move, String why, List<ManagerEffect> out) {
        move.trouble = why;
        move.epoch = state.highestEpoch() + 1;
        state.memory = state.memory.withEpoch(move.epoch);
        enter(state, Step.CLEARING, out);
    }

    private void cleared(ManagerState state, Move move, boolean done, String words, Now now, List<ManagerEffect> out) {
        if (done) {
            giveBackOrFail(state, move, now, out);
            return;
        }
        out.add(say(Level.ERROR, "CRITICAL: [" + move.to + "] may be active or not, and did not become passive: " + words
                + "; nobody else is promoted before that is known"));
        move.retryAt = now.plus(RETRY);
        move.clearFailedAt = now.nanos();
        move.proveBy = now.plus(PROOF_TIME);
        out.add(new ManagerEffect.Wake(RETRY));
    }

    private void giveBackOrFail(ManagerState state, Move move, Now now, List<ManagerEffect> out) {
        // Who had lost it before the move did not lose it by the move: to give it that is a failover of its own.
        if (!move.demoted || move.fromDead || move.vacant || move.from != state.lastHolder()) {
            ends.fail(state, now, out);
            return;
        }
        move.epoch = state.highestEpoch() + 1;
        state.memory = state.memory.withEpoch(move.epoch);
        enter(state, Step.RESTORING, out);
    }

    private void restored(ManagerState state, Move move, boolean done, String words, Now now, List<ManagerEffect> out) {
        if (done) {
            Ends.granted(state, move.from, move.epoch, now);
            move.trouble += "; [" + move.from + "] has the identity again";
            state.holder = move.from;
            state.memory = state.memory.withHolder(move.from);
        } else {
            move.trouble += "; and [" + move.from + "] did not take the identity back: " + words;
        }
        ends.fail(state, now, out);
    }

    private void enter(ManagerState state, Step step, List<ManagerEffect> out) {
        Move move = state.move;
        move.step = step;
        move.command = 0;
        move.resolveBy = 0;
        move.retryAt = 0;
        move.saving = state.number();
        state.memory = state.memory.withIntent(move.intent());
        if (step == Step.PROMOTING || step == Step.RESTORING) {
            Host target = move.recipient();
            state.memory = state.memory.with(target, state.memory.host(target).withIssued(move.epoch));
        }
        out.add(new ManagerEffect.Save(move.saving, state.memory));
    }

    static ManagerEffect say(Level level, String line) {
        return new ManagerEffect.Say(level, line);
    }
}
