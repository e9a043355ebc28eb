package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import failover.manager.config.ManagerConfig;
import failover.manager.decision.DurableManagerState;
import failover.manager.decision.FailoverMachine;
import failover.manager.decision.Failure;
import failover.manager.decision.ManagerEffect;
import failover.manager.decision.ManagerEvent;
import failover.manager.decision.ManagerState;
import failover.manager.decision.Step;
import failover.manager.decision.VoteReading;
import failover.protocol.Bounds;
import failover.protocol.ClockReading;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.GoJson;
import failover.protocol.wire.StatusResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The manager's core behind its border: whatever passes that, at the extremes of every field, no decision fails, what it asks of the agents
 * passes theirs, every state can be read again, and every following tick runs. Our own seeds; more with -Dfailover.seeds=N.
 */
class ManagerBordersTest {
    private static final long[] NUMBERS = {0, 1, 2, 499, 9_405, 600_000, 600_001, 1_800_000, 1_800_001, Integer.MAX_VALUE, 1L << 53,
        (1L << 53) + 1, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -1, -62135596800L, 253402300799L, 380_000_000L, 1_000_001};
    private static final String[] TEXTS = {"", "become_active", "active", "passive", "done", "unknown", "x\ny", "\u202e", "A".repeat(64),
        "A".repeat(65), "A".repeat(600), "\ud800"};

    @Test
    void noEventAtItsExtremesFailsADecisionNorAnythingAfterIt() {
        int passed = 0;
        for (int seed = 0; seed < Integer.getInteger("failover.seeds", 400); seed++) {
            Machine one = new Machine(seed);
            try {
                one.run();
            } catch (RuntimeException e) {
                fail("seed " + seed, e);
            }
            passed += one.taken;
        }
        assertTrue(passed > 1_000, "hardly anything passes the border: " + passed);
    }

    /** One manager, and everything that happens to it. */
    private static final class Machine {
        private final Random random;
        private final FailoverMachine core;
        private final Deque<ManagerEvent> owed = new ArrayDeque<>();
        private ManagerState state;
        private long nanos = 5_000_000_000L;
        private long wallAhead;
        private long tickets;
        private int taken;

        Machine(int seed) {
            random = new Random(seed);
            JsonObject settings = new JsonObject().put("active_validator", "http://a:1").put("passive_validator", "http://b:1")
                .put("cluster_rpc", "http://c:1").put("state_dir", "/nowhere").put("dry_run", random.nextInt(8) == 0)
                .put("failover_cooldown", random.nextBoolean() ? "1s" : "24h");
            if (random.nextInt(4) == 0) {
                settings.put("misses_before_failover", 303);
            }
            core = new FailoverMachine(OptionsFactory.rules(ManagerConfig.fromVertx(settings, Map.of()), List.of("c")));
        }

        void run() {
            take(core.start(DurableManagerState.fresh("manager"), "run", now()));
            for (int i = 0; i < 120; i++) {
                happens(random.nextInt(10));
            }
            wallAhead = 0;
            for (int i = 0; i < 40; i++) {
                nanos += 2_000_000_000L;
                post(new ManagerEvent.Tick());
                pay();
            }
        }

        private void happens(int event) {
            nanos += random.nextInt(3) == 0 ? random.nextInt(4_000) * 1_000_000L : 20_000_000L;
            switch (event) {
                case 0:
                    post(new ManagerEvent.NetworkSlotRead(number(Bounds.HIGHEST_SLOT)));
                    break;
                case 1:
                    post(new ManagerEvent.FailoverAsked(++tickets, TEXTS[random.nextInt(TEXTS.length)], random.nextBoolean(),
                        random.nextBoolean()));
                    break;
                case 2:
                    post(new ManagerEvent.PauseAsked(++tickets, random.nextInt(3) == 0, TEXTS[random.nextInt(TEXTS.length)]));
                    break;
                case 3:
                    wallAhead = random.nextInt(6) == 0 ? NUMBERS[random.nextInt(NUMBERS.length)] : 0;
                    post(new ManagerEvent.Tick());
                    break;
                case 4:
                    nanos += random.nextInt(700_000) * 1_000_000L;
                    post(new ManagerEvent.Tick());
                    break;
                case 5, 6:
                    post(new ManagerEvent.Tick());
                    break;
                default:
                    pay();
            }
        }

        private void pay() {
            for (int i = owed.size(); i > 0; i--) {
                post(owed.remove());
            }
        }

        private long number(long most) {
            return Math.min(most, Math.max(0, NUMBERS[random.nextInt(NUMBERS.length)]));
        }

        private ClockReading now() {
            return new ClockReading(nanos, 1_790_000_000_000L + nanos / 1_000_000 + wallAhead);
        }

        private void post(ManagerEvent event) {
            take(core.step(state, event, now()));
        }

        private void take(Step step) {
            state = step.state();
            for (ManagerEffect effect : step.effects()) {
                perform(effect);
            }
            passes(core.view(state, now()));
        }

        private void perform(ManagerEffect effect) {
            if (effect instanceof ManagerEffect.Poll poll) {
                passes(poll.request());
                StatusResponse status = random.nextInt(6) == 0 ? null : wild(StatusResponse.class);
                owed.add(status == null ? new ManagerEvent.StatusFailed(poll.host(), poll.poll(),
                    new Failure(Failure.Kind.values()[random.nextInt(3)], "x"))
                    : new ManagerEvent.StatusReplied(poll.host(), poll.poll(), status));
            } else if (effect instanceof ManagerEffect.Command command) {
                passes(command.request());
                FailoverResponse response = random.nextInt(4) == 0 ? null : wild(FailoverResponse.class);
                owed.add(response == null ? new ManagerEvent.CommandFailed(command.command(), new Failure(
                    Failure.Kind.values()[random.nextInt(3)], "x")) : new ManagerEvent.CommandReplied(command.command(), response));
            } else if (effect instanceof ManagerEffect.Save save) {
                again(save.memory());
                owed.add(new ManagerEvent.Saved(save.number(), random.nextInt(6) == 0 ? "full" : null));
            } else if (effect instanceof ManagerEffect.Remember remember) {
                again(remember.memory());
            } else if (effect instanceof ManagerEffect.ReadVotes votes) {
                owed.add(random.nextBoolean() ? new ManagerEvent.VotesUnknown("c", "429", votes.askedAt()) : new ManagerEvent.VotesRead("c",
                    new VoteReading("V", number(Bounds.HIGHEST_SLOT), number(Bounds.HIGHEST_SLOT), nanos)));
            } else if (effect instanceof ManagerEffect.Answer answer && answer.answer().response() != null) {
                passes(answer.answer().response());
            }
        }

        /** What this manager says passes the border of whoever hears it. */
        private static void passes(Object said) {
            try {
                GoJson.decode(GoJson.encode(said), said.getClass());
            } catch (GoJson.BadJson e) {
                throw new IllegalStateException(said.toString(), e);
            }
        }

        private static void again(DurableManagerState memory) {
            try {
                DurableManagerState read = FileStateStore.decode(FileStateStore.encode(memory));
                assertEquals(memory.epoch(), read.epoch());
                assertEquals(memory.start(), read.start());
                assertEquals(memory.terms(), read.terms());
                assertEquals(memory.primary(), read.primary());
                assertEquals(memory.secondary(), read.secondary());
                assertEquals(memory.holder(), read.holder());
            } catch (IOException e) {
                throw new IllegalStateException(memory.toString(), e);
            }
        }

        /** A record with some fields at their extremes, as it comes out of the border; {@code null} when it is refused there. */
        private <T> T wild(Class<T> type) {
            try {
                T record = GoJson.decode(any(type).toBuffer(), type);
                taken++;
                return record;
            } catch (GoJson.BadJson e) {
                return null;
            }
        }

        private JsonObject any(Class<?> type) {
            JsonObject json = new JsonObject();
            for (RecordComponent each : type.getRecordComponents()) {
                String name = each.getAccessor().getAnnotation(com.fasterxml.jackson.annotation.JsonProperty.class).value();
                boolean odd = random.nextInt(12) == 0;
                if (each.getType() == long.class) {
                    long usual = name.contains("epoch") ? random.nextInt(4) : name.contains("slot") || name.contains("vote") ? 1_000
                        + random.nextInt(9) : name.equals("left_ms") ? 9_000 : random.nextInt(500);
                    json.put(name, odd ? NUMBERS[random.nextInt(NUMBERS.length)] : usual);
                } else if (each.getType() == String.class) {
                    String usual = name.equals("outcome") ? "done" : name.equals("host_id") ? "h" + random.nextInt(3)
                        : name.contains("identity") ? "S" : name.equals("error") || name.equals("refused") || name.equals("operation") ? ""
                        : "t" + random.nextInt(3);
                    json.put(name, odd ? TEXTS[random.nextInt(TEXTS.length)] : usual);
                } else if (each.getType() == boolean.class) {
                    json.put(name, random.nextInt(4) > 0);
                } else if (each.getType().isRecord() && random.nextInt(4) > 0) {
                    json.put(name, any(each.getType()));
                } else if (each.getType() == List.class && random.nextInt(3) == 0) {
                    json.put(name, new JsonArray().add(TEXTS[random.nextInt(TEXTS.length)]));
                }
            }
            return json;
        }
    }
}
