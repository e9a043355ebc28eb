package failover.manager.decision;

import static failover.manager.decision.PhaseSituations.BACK;
import static failover.manager.decision.PhaseSituations.SITUATIONS;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.Failure.Kind;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.LastOperation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What each phase of an operation does with each event that can meet it, or that it does nothing and why. */
final class PhaseTable {
    private static final String PERSISTING = "PERSISTING_DEMOTION PERSISTING_PROMOTION PERSISTING_CLEARING";
    private static final String OUT = "DEMOTING PROMOTING CLEARING";
    private static final String QUIET = "FINAL_CHECK READING_OUTCOME AWAITING_RETRY";
    private static final String ALL = PERSISTING + " " + OUT + " " + QUIET;
    /** It changes nothing of the operation. */
    static final String NOTHING = "";

    /** What happens, by the type of the event and what it tells. */
    static final Map<String, Consumer<ManagerAtWork>> EVENTS = new LinkedHashMap<>();
    /** The table: event, situation, and what becomes of it; {@link #NOTHING} where it changes nothing. */
    static final Map<String, Map<String, String>> ROWS = new TreeMap<>();

    static {
        event("Tick", m -> m.post(new ManagerEvent.Tick()));
        ignored(PERSISTING, "the disk has five seconds");
        ignored(OUT, "the host has its time");
        ignored(QUIET, "its time is not over");
        event("Tick, overdue", m -> {
            m.nanos += 60_000_000_000L;
            m.post(new ManagerEvent.Tick());
        });
        becomes("PERSISTING_DEMOTION DEMOTING FINAL_CHECK PERSISTING_PROMOTION", "over: primary");
        becomes("PROMOTING", "READING_OUTCOME");
        becomes("READING_OUTCOME AWAITING_RETRY", "CLEARING");
        becomes("PERSISTING_CLEARING CLEARING", "AWAITING_RETRY");
        becomes(BACK + "PERSISTING_PROMOTION", "over: primary");
        becomes(BACK + "PROMOTING", BACK + "READING_OUTCOME");
        becomes(BACK + "READING_OUTCOME", BACK + "CLEARING");
        becomes(BACK + "AWAITING_RETRY", BACK + "CLEARING");
        becomes(BACK + "PERSISTING_CLEARING", BACK + "AWAITING_RETRY");
        becomes(BACK + "CLEARING", BACK + "AWAITING_RETRY");

        event("Saved", m -> saved(m, null));
        becomes("PERSISTING_DEMOTION", "DEMOTING");
        becomes("PERSISTING_PROMOTION", "PROMOTING");
        becomes("PERSISTING_CLEARING", "CLEARING");
        becomes(BACK + "PERSISTING_PROMOTION", BACK + "PROMOTING");
        becomes(BACK + "PERSISTING_CLEARING", BACK + "CLEARING");
        ignored(OUT + " " + QUIET, "no Save is awaited");
        event("Saved, failed", m -> saved(m, "disk full"));
        becomes("PERSISTING_DEMOTION PERSISTING_PROMOTION", "over: primary");
        becomes("PERSISTING_CLEARING", "AWAITING_RETRY");
        becomes(BACK + "PERSISTING_PROMOTION", "over: primary");
        becomes(BACK + "PERSISTING_CLEARING", BACK + "AWAITING_RETRY");
        ignored(OUT + " " + QUIET, "no Save is awaited");
        event("Saved, another", m -> m.post(new ManagerEvent.Saved(m.state.move.awaited + 1000, null)));
        ignored(ALL, "of another number");

        event("CommandReplied, done", m -> replied(m, "done"));
        becomes("DEMOTING", "PROMOTING");
        becomes("PROMOTING", "over: secondary");
        becomes("CLEARING", BACK + "PROMOTING");
        becomes(BACK + "PROMOTING", "over: primary");
        becomes(BACK + "CLEARING", "over: primary");
        ignored(PERSISTING + " " + QUIET, "no command is out");
        event("CommandReplied, refused", m -> replied(m, "refused"));
        becomes("DEMOTING", "over: primary");
        becomes("PROMOTING", BACK + "PROMOTING");
        becomes("CLEARING", "AWAITING_RETRY");
        becomes(BACK + "PROMOTING", "over: primary");
        becomes(BACK + "CLEARING", BACK + "AWAITING_RETRY");
        ignored(PERSISTING + " " + QUIET, "no command is out");
        for (String unclear : List.of("failed", "unknown")) {
            event("CommandReplied, " + unclear, m -> replied(m, unclear));
            becomes("DEMOTING", "over: primary");
            becomes("PROMOTING", "CLEARING");
            becomes("CLEARING", "AWAITING_RETRY");
            becomes(BACK + "PROMOTING", BACK + "CLEARING");
            becomes(BACK + "CLEARING", BACK + "AWAITING_RETRY");
            ignored(PERSISTING + " " + QUIET, "no command is out");
        }
        event("CommandReplied, another", m -> m.post(new ManagerEvent.CommandReplied(m.state.move.awaited + 1000, response("done"))));
        ignored(ALL, "of another number");
        event("CommandFailed, no answer", m -> failed(m, Kind.NO_ANSWER));
        becomes("DEMOTING", "over: primary");
        becomes("PROMOTING", "READING_OUTCOME");
        becomes("CLEARING", "AWAITING_RETRY");
        becomes(BACK + "PROMOTING", BACK + "READING_OUTCOME");
        becomes(BACK + "CLEARING", BACK + "AWAITING_RETRY");
        ignored(PERSISTING + " " + QUIET, "no command is out");
        event("CommandFailed, not delivered", m -> failed(m, Kind.NOT_DELIVERED));
        becomes("DEMOTING", "over: primary");
        becomes("PROMOTING", BACK + "PROMOTING");
        becomes("CLEARING", "AWAITING_RETRY");
        becomes(BACK + "PROMOTING", "over: primary");
        becomes(BACK + "CLEARING", BACK + "AWAITING_RETRY");
        ignored(PERSISTING + " " + QUIET, "no command is out");
        event("CommandFailed, another", m -> m.post(new ManagerEvent.CommandFailed(m.state.move.awaited + 1000,
                new Failure(Kind.NO_ANSWER, "x"))));
        ignored(ALL, "of another number");

        event("StatusReplied, active", m -> status(m, true, true, null));
        becomes("FINAL_CHECK", "over: primary");
        becomes("READING_OUTCOME", "over: secondary");
        becomes(BACK + "READING_OUTCOME", "over: primary");
        ignored(PERSISTING, "nothing is out");
        ignored(OUT, "the answer to the command tells more");
        ignored("AWAITING_RETRY", "it is made passive, to know for sure");
        event("StatusReplied, taken and lost", m -> status(m, false, true, "done"));
        becomes("FINAL_CHECK", "over: primary");
        becomes("READING_OUTCOME", "CLEARING");
        becomes(BACK + "READING_OUTCOME", BACK + "CLEARING");
        ignored(PERSISTING, "nothing is out");
        ignored(OUT, "the answer to the command tells more");
        ignored("AWAITING_RETRY", "it is made passive, to know for sure");
        event("StatusReplied, refused", m -> status(m, false, true, "refused"));
        becomes("FINAL_CHECK", "over: primary");
        becomes("READING_OUTCOME", BACK + "PROMOTING");
        becomes(BACK + "READING_OUTCOME", "over: primary");
        ignored(PERSISTING, "nothing is out");
        ignored(OUT, "the answer to the command tells more");
        ignored("AWAITING_RETRY", "it is made passive, to know for sure");
        event("StatusReplied, not begun", m -> status(m, false, false, null));
        becomes("FINAL_CHECK", "over: primary");
        becomes("READING_OUTCOME", "CLEARING");
        becomes(BACK + "READING_OUTCOME", BACK + "CLEARING");
        ignored(PERSISTING, "nothing is out");
        ignored(OUT, "the command may be on its way");
        ignored("AWAITING_RETRY", "it is made passive, to know for sure");
        event("StatusReplied, begun", m -> status(m, false, true, null));
        becomes("FINAL_CHECK", "over: primary");
        ignored(PERSISTING, "nothing is out");
        ignored(OUT, "the answer to the command tells more");
        ignored("READING_OUTCOME", "it has not come to an end over there");
        ignored("AWAITING_RETRY", "it is made passive, to know for sure");
        event("StatusFailed", PhaseTable::silent);
        ignored(PERSISTING + " " + OUT, "the command has its own time");
        ignored(QUIET, "who does not answer tells nothing");

        event("VotesRead, none", m -> votes(m, 900));
        becomes("FINAL_CHECK", "PROMOTING");
        ignored(PERSISTING + " " + OUT, "nothing is decided by votes");
        ignored("READING_OUTCOME", "they do not tell who took what");
        ignored("AWAITING_RETRY", "looked at when it is time for the next try");
        event("VotesRead, progress", m -> votes(m, m.clusterSlot));
        becomes("FINAL_CHECK", "over: primary");
        ignored(PERSISTING + " " + OUT, "nothing is decided by votes");
        ignored("READING_OUTCOME", "they do not tell who took what");
        ignored("AWAITING_RETRY", "looked at when it is time for the next try");
        event("VotesUnknown", m -> m.post(new ManagerEvent.VotesUnknown("one", "429", m.nanos)));
        ignored(ALL, "nothing is known by it");
        event("NodeRead", m -> m.post(new ManagerEvent.NodeRead("one", new NodeReport("N", "G", 3), m.nanos)));
        ignored(ALL, "who a source is matters from the next look on");
        event("NetworkSlotRead", m -> m.post(new ManagerEvent.NetworkSlotRead(5000)));
        ignored(ALL, "lag is judged before an operation, not in it");
        event("NetworkSlotUnknown", m -> m.post(new ManagerEvent.NetworkSlotUnknown("429")));
        ignored(ALL, "lag is judged before an operation, not in it");

        event("FailoverAsked", m -> asked(m, false));
        ignored(ALL, "refused: one at a time");
        event("FailoverAsked, cannot sign", m -> asked(m, true));
        becomes("READING_OUTCOME AWAITING_RETRY", BACK + "PROMOTING");
        becomes(BACK + "READING_OUTCOME", "over: primary");
        becomes(BACK + "AWAITING_RETRY", "over: primary");
        ignored("PERSISTING_DEMOTION PERSISTING_PROMOTION DEMOTING PROMOTING FINAL_CHECK", "refused: one at a time");
        ignored("PERSISTING_CLEARING CLEARING", "kept until it has been asked");
        event("PauseAsked", m -> m.pause(true));
        ignored(ALL, "what is begun is finished first");
    }

    private static void event(String name, Consumer<ManagerAtWork> happens) {
        assertNull(EVENTS.put(name, happens));
        ROWS.put(name, new TreeMap<>());
    }

    private static String newest() {
        return List.copyOf(EVENTS.keySet()).get(EVENTS.size() - 1);
    }

    private static void becomes(String phases, String then) {
        for (String phase : phases.startsWith(BACK) ? List.of(phases) : List.of(phases.split(" "))) {
            assertNull(ROWS.get(newest()).put(phase, then), newest() + " at " + phase + " twice");
        }
    }

    /** There and on the way back. */
    private static void ignored(String phases, String why) {
        assertTrue(!why.isEmpty());
        for (String phase : phases.split(" ")) {
            becomes(phase, NOTHING);
            if (SITUATIONS.containsKey(BACK + phase)) {
                becomes(BACK + phase, NOTHING);
            }
        }
    }

    private PhaseTable() {
    }

    private static void saved(ManagerAtWork manager, String error) {
        if (error == null && !manager.hanging.isEmpty()) {
            ManagerEffect.Save save = manager.hanging.remove(0);
            manager.diskHangs = false;
            manager.saved = save.memory();
            manager.post(new ManagerEvent.Saved(save.number(), null));
        } else {
            manager.diskHangs = false;
            manager.post(new ManagerEvent.Saved(manager.state.move.awaited, error));
        }
    }

    private static FailoverResponse response(String outcome) {
        return new FailoverResponse("done".equals(outcome), outcome, false, 0, null, outcome, true, null, false, 1, 100, null, null);
    }

    private static void replied(ManagerAtWork manager, String outcome) {
        if (manager.commands.isEmpty()) {
            manager.post(new ManagerEvent.CommandReplied(manager.state.move.awaited, response(outcome)));
        } else {
            manager.reply(outcome);
        }
    }

    private static void failed(ManagerAtWork manager, Kind kind) {
        if (manager.commands.isEmpty()) {
            manager.post(new ManagerEvent.CommandFailed(manager.state.move.awaited, new Failure(kind, "timeout")));
        } else {
            manager.noReply(kind);
        }
    }

    /** The host that the phase deals with says that of itself, asked now. */
    private static void status(ManagerAtWork manager, boolean active, boolean begun, String last) {
        Operation move = manager.state.move;
        ManagerAtWork.Says says = manager.hosts.get(move.recipient());
        says.answers = true;
        says.active = active || !move.phase.promotionBegun() && says.active;
        says.epoch = begun ? move.epoch : says.epoch;
        says.last = last == null ? null : new LastOperation(move.operationId, "become_active", last, "words", 0);
        manager.post(poll(manager, move.recipient()));
    }

    private static void silent(ManagerAtWork manager) {
        ManagerEvent answer = poll(manager, manager.state.move.recipient());
        long number = answer instanceof ManagerEvent.StatusReplied replied ? replied.poll() : ((ManagerEvent.StatusFailed) answer).poll();
        manager.post(new ManagerEvent.StatusFailed(manager.state.move.recipient(), number, new Failure(Kind.NO_ANSWER, "timeout")));
    }

    private static ManagerEvent poll(ManagerAtWork manager, Host host) {
        manager.post(new ManagerEvent.Tick());
        return manager.answer(manager.polls.stream().filter(each -> each.host() == host).reduce((one, other) -> other).orElseThrow());
    }

    private static void votes(ManagerAtWork manager, long newest) {
        for (int i = 0; i < 40 && manager.state.move.phase == Phase.FINAL_CHECK || i < 2; i++) {
            manager.nanos += 20_000_000L;
            manager.clusterSlot += 5;
            for (String source : List.of("one", "two")) {
                if (manager.state.move != null) {
                    manager.post(new ManagerEvent.VotesRead(source, new VoteReading("V", newest == 900 ? 900 : manager.clusterSlot,
                            manager.clusterSlot, manager.nanos)));
                }
            }
            if (manager.state.move == null) {
                return;
            }
        }
    }

    private static void asked(ManagerAtWork manager, boolean cannotSign) {
        manager.fenced = cannotSign;
        long ticket = manager.ask();
        ManagerEffect.OperatorAnswer answer = manager.answers.get(ticket);
        if (answer != null && answer.status() == 503) {
            assertTrue(answer.error().contains("is under way"), answer.error());
        }
    }
}
