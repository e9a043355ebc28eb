package failover.manager.decision;

import failover.manager.decision.DurableManagerState.Pause;
import failover.manager.decision.ManagerEffect.OperatorAnswer;
import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.PauseResponse;
import failover.protocol.wire.StateView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * An operator's pause, or the manager's own after two actives: nothing automatic is begun. It is durable before it is confirmed, and in
 * force only once the host that could be promoted has acknowledged it: from then on that host refuses a promotion that was sent before
 * (INV-7). A move that has begun is finished first; two actives are still made one, and hosts still fence themselves: a pause never keeps a
 * second voter alive.
 */
final class PauseMode {
    private static final int BEATS_FOR_AN_ANSWER = 3;

    private final ManagerOptions rules;

    PauseMode(ManagerOptions rules) {
        this.rules = rules;
    }

    /**
     * What an operator's request waits for; there is one at a time.
     *
     * @param ticket whose
     * @param save number of the Save that makes the change durable; 0 once it is
     * @param before what the memory said before, should it not become durable
     * @param answerBy then it is said how far it has come
     * @param saveBy then the disk hangs, and it has not become durable
     */
    record Asked(long ticket, long save, Pause before, long answerBy, long saveBy) {
    }

    /** An operator pauses or resumes. */
    void asked(ManagerState state, ManagerEvent.PauseAsked event, ClockReading now, List<ManagerEffect> out) {
        boolean same = event.pause() == (state.memory.pause() != null);
        if (state.pauseAsked != null && state.pauseAsked.save() != 0) {
            answer(event.ticket(), 503, "another pause or resume is just being written: ask again", out);
            return;
        }
        if (same && !event.pause()) {
            out.add(done(event.ticket(), "Not paused: nothing to resume", false));
            return;
        }
        if (state.pauseAsked != null) {
            // Whoever still waited for the pause to come into force is told how far it came.
            report(state, now, out);
        }
        Pause before = state.memory.pause();
        long answerBy = now.plus(rules.heartbeatInterval().multipliedBy(BEATS_FOR_AN_ANSWER));
        if (same) {
            // Written again: a resume whose disk hung was taken back, and may have landed since.
            state.pauseAsked = new Asked(event.ticket(), state.number(), before, answerBy, SaveDeadline.by(now));
            out.add(new ManagerEffect.Save(state.pauseAsked.save(), state.memory));
            return;
        }
        state.memory = state.memory.withPause(event.pause() ? new Pause(event.reason(), now.wallMillis()) : null);
        state.pauseAsked = new Asked(event.ticket(), state.number(), before, answerBy, SaveDeadline.by(now));
        state.pausedAfter = state.lastNumber;
        out.add(OperationPhases.say(Level.WARNING, event.pause() ? "=== PAUSED BY AN OPERATOR === " + event.reason()
                : "=== RESUMED BY AN OPERATOR === " + event.reason() + " (paused for "
                        + Math.max(0, (now.wallMillis() - before.sinceMillis()) / 1000) + " s)"));
        out.add(new ManagerEffect.Save(state.pauseAsked.save(), state.memory));
    }

    /** The memory with the pause, or without it, is on the disk, or is not. */
    void saved(ManagerState state, ManagerEvent.Saved event, ClockReading now, List<ManagerEffect> out) {
        Asked asked = state.pauseAsked;
        if (asked == null || asked.save() == 0 || asked.save() != event.number()) {
            return;
        }
        if (event.error() != null) {
            boolean again = asked.before() != null && asked.before().equals(state.memory.pause());
            state.pauseAsked = null;
            state.memory = state.memory.withPause(asked.before());
            String words = (again ? "paused, but a restart may forget it: " : "not " + (asked.before() == null ? "paused" : "resumed")
                    + ", because a restart would forget it: ") + event.error();
            // What hung may land yet: it is to be followed by what counts.
            out.add(new ManagerEffect.Remember(state.memory));
            out.add(OperationPhases.say(Level.ERROR, words));
            answer(asked.ticket(), 500, words, out);
        } else if (state.memory.pause() == null) {
            state.pauseAsked = null;
            // What was counted while nobody would have acted on it is counted afresh (scenario 52).
            state.primary.forgetReadings();
            state.secondary.forgetReadings();
            state.stalled = 0;
            out.add(done(asked.ticket(), "Resumed: failovers are automatic again", false));
        } else {
            state.pauseAsked = new Asked(asked.ticket(), 0, null, asked.answerBy(), 0);
        }
    }

    /** Answers whoever waits for a pause, as soon as it is in force, or when that takes too long. */
    void tick(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        if (state.pauseAsked != null && state.pauseAsked.save() != 0 && now.reached(state.pauseAsked.saveBy())) {
            saved(state, new ManagerEvent.Saved(state.pauseAsked.save(), SaveDeadline.HANGS), now, out);
        }
        boolean waits = state.pauseAsked != null && state.pauseAsked.save() == 0;
        if (waits && (missing(state).isEmpty() || now.reached(state.pauseAsked.answerBy()))) {
            report(state, now, out);
        }
    }

    private static void report(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        List<String> missing = missing(state);
        String words = missing.isEmpty() ? "Paused: no failover is begun until failover-manager --resume"
                : "Paused, but NOT IN FORCE YET: " + String.join("; ", missing) + " (GET /state tells when it is)";
        out.add(OperationPhases.say(missing.isEmpty() ? Level.INFO : Level.WARNING, words));
        out.add(done(state.pauseAsked.ticket(), words, missing.isEmpty()));
        state.pauseAsked = null;
    }

    /**
     * Two actives: which of them it should be, and how that came about, a person has to find out. The pause is durable with the move's
     * intent, so before one of them is fenced; an operator's own pause stays what it is.
     */
    void bySight(ManagerState state, String what, ClockReading now, List<ManagerEffect> out) {
        if (state.memory.pause() != null) {
            return;
        }
        state.memory = state.memory.withPause(new Pause("by the manager itself, as " + what + "; find out why, then resume",
                now.wallMillis()));
        state.pausedAfter = state.lastNumber;
        out.add(OperationPhases.say(Level.ERROR, "CRITICAL: === PAUSED === " + what
                + ": one of them is fenced now, and nothing else is moved until "
                + "you have found out why: failover-manager --resume"));
    }

    /** What a poll says to the agents. */
    static boolean told(ManagerState state) {
        // Not while a move is under way: its own promotion must not be refused half way.
        return state.memory.pause() != null && state.move == null;
    }

    /** An answer to a poll that told of the pause. */
    static void answered(ManagerState state, HostView view, long poll) {
        view.pauseKnown = told(state) && poll > state.pausedAfter && view.status.lease() != null && view.status.lease().paused();
    }

    /** What a pause still lacks; empty when it is in force. Only for a manager that is paused. */
    static List<String> missing(ManagerState state) {
        List<String> missing = new ArrayList<>();
        if (state.pauseAsked != null && state.pauseAsked.save() != 0) {
            missing.add("it is being written");
        }
        if (state.move != null) {
            missing.add("operation " + state.move.operationId + " is under way and is finished first");
        }
        for (HostView view : new HostView[] {state.primary, state.secondary}) {
            boolean couldBePromoted = view.host != state.holder;
            if (couldBePromoted && !view.pauseKnown) {
                missing.add("[" + view.host + "] has not acknowledged it" + (view.status != null && view.status.lease() == null
                        ? ": its agent knows no pause (an original, or in dry-run)" : ""));
            }
        }
        return missing;
    }

    /** What keeps an automatic failover; {@code null} when not paused. */
    static String blocker(ManagerState state) {
        boolean half = state.pauseAsked != null && state.pauseAsked.save() != 0 && state.memory.pause() == null;
        // A resume counts once it is durable, as a pause does.
        Pause pause = half ? state.pauseAsked.before() : state.memory.pause();
        return pause == null ? null : "paused since " + Instant.ofEpochMilli(pause.sinceMillis()) + ": " + pause.reason()
                + " (failover-manager --resume)";
    }

    /** For {@code GET /state}; {@code null} when not paused. */
    static StateView.Pause view(ManagerState state) {
        Pause pause = state.memory.pause();
        if (pause == null) {
            return null;
        }
        List<String> missing = missing(state);
        return new StateView.Pause(pause.reason(), pause.sinceMillis() / 1000, missing.isEmpty(), missing);
    }

    private static ManagerEffect done(long ticket, String words, boolean inForce) {
        return new ManagerEffect.Answer(ticket, new OperatorAnswer(200, null, new PauseResponse(true, words, inForce)));
    }

    private static void answer(long ticket, int status, String words, List<ManagerEffect> out) {
        out.add(new ManagerEffect.Answer(ticket, new OperatorAnswer(status, "Cannot pause or resume: " + words, null)));
    }
}
