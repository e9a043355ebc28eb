package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import failover.agent.config.AgentConfig;
import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.AgentMachine;
import failover.agent.decision.AgentState;
import failover.agent.decision.CommandResult;
import failover.agent.decision.DurableAgentState;
import failover.agent.decision.FormerLease;
import failover.agent.decision.HeldLease;
import failover.agent.decision.Observation;
import failover.agent.decision.ProcessView;
import failover.agent.decision.Step;
import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import failover.agent.decision.TowerCheck;
import failover.agent.state.StateCodec;
import failover.protocol.Bounds;
import failover.protocol.ClockReading;
import failover.protocol.lease.LeaseTiming;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.FinalTower;
import failover.protocol.wire.GoJson;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseRequest;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusRequest;
import failover.protocol.wire.StatusResponse;
import failover.protocol.wire.VoteReport;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The agent's core behind its border: whatever passes that, at the extremes of every field, no decision fails, every answer can be given,
 * every state can be read again, and every following tick runs. Our own seeds; more with -Dfailover.seeds=N.
 */
class AgentBordersTest {
    private static final long[] NUMBERS = {0, 1, 2, 499, 9_405, 600_000, 600_001, 1_800_000, Integer.MAX_VALUE, 1L << 53, (1L << 53) + 1,
        1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -1, -62135596800L, 253402300799L, 380_000_000L, 1_000_004, 1_000_005};
    private static final String[] TEXTS = {"", "become_active", "become_passive", "done", "peer", "manager", "me", "x\ny", "\u202e",
        "A".repeat(64), "A".repeat(65), "A".repeat(600), "\ud800"};
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

    /** One agent, and everything that happens to it. */
    private static final class Machine {
        private final Random random;
        private final AgentMachine core;
        private AgentState state;
        private Task out;
        private long nanos = 5_000_000_000L;
        private long wallAhead;
        private String token = "";
        private int taken;
        private final List<Long> kept = new ArrayList<>();
        private AgentEffect.AskToLeave leave;

        Machine(int seed) {
            random = new Random(seed);
            JsonObject settings = new JsonObject().put("listen_addr", ":1").put("state_dir", "/nowhere")
                .put("dry_run", random.nextInt(8) == 0).put("is_active_on_start", random.nextBoolean())
                .put("tower_backup_command", "x").put("tower_restore_command", "x")
                .put("identity_change_command", "x").put("identity_remove_command", "x").put("validator_restart_command", "x");
            if (random.nextInt(4) > 0) {
                settings.put("peer_endpoint", "http://peer:1");
            }
            if (random.nextBoolean()) {
                settings.put("fence_timeout", "10m").put("manager_timeout", "24h");
            }
            core = new AgentMachine(OptionsFactory.of(AgentConfig.fromVertx(settings, Map.of()), "S", null));
        }

        void run() {
            Role role = random.nextBoolean() ? Role.ACTIVE : Role.PASSIVE;
            DurableAgentState memory = new DurableAgentState("me", role, random.nextInt(5), "S", 0, null, null, null);
            FormerLease former = random.nextBoolean() ? null
                : new FormerLease(Duration.ofMillis(random.nextInt(700_000)), random.nextInt(8), random.nextInt(4) == 0 ? "you" : "me");
            take(core.start(memory, random.nextInt(4) == 0, "nonce-of-this-start", former, now()));
            post(new AgentEvent.Observed(look()));
            for (int i = 0; i < 60; i++) {
                happens(random.nextInt(16));
            }
            wallAhead = 0;
            for (int i = 0; i < 40; i++) {
                nanos += random.nextInt(4) * 1_000_000_000L;
                post(new AgentEvent.Tick());
                if (out != null) {
                    done();
                }
            }
        }

        private void happens(int event) {
            nanos += random.nextInt(3) == 0 ? random.nextInt(2_000) * 1_000_000L : 20_000_000L;
            switch (event) {
                case 0, 1, 2, 3:
                    StatusRequest poll = wild(StatusRequest.class);
                    if (poll != null) {
                        post(new AgentEvent.ManagerPolled(poll));
                    }
                    break;
                case 4, 5:
                    PeerStatusRequest asked = wild(PeerStatusRequest.class);
                    if (asked != null && asked.stay() != null) {
                        post(new AgentEvent.StayAsked(random.nextLong(), asked));
                    }
                    if (asked != null && asked.leave() != null) {
                        post(new AgentEvent.LeaveAsked(random.nextLong(), asked));
                    }
                    break;
                case 6, 7:
                    PromiseRequest mine = wild(PromiseRequest.class);
                    if (mine != null) {
                        post(new AgentEvent.StayAnswered(mine, now(), random.nextInt(4) == 0 ? null : wild(PeerStatusResponse.class)));
                    }
                    break;
                case 8:
                    PeerStatusResponse answer = wild(PeerStatusResponse.class);
                    if (answer != null) {
                        post(new AgentEvent.PeerAnswered(answer));
                    }
                    break;
                case 9, 10:
                    FailoverRequest change = wild(FailoverRequest.class);
                    if (change != null) {
                        post(new AgentEvent.ChangeAsked(random.nextLong(), change));
                    }
                    break;
                case 11:
                    nanos += random.nextInt(700_000) * 1_000_000L;
                    post(new AgentEvent.Tick());
                    break;
                case 12:
                    // Somebody sets the clock, as far as a clock can be set.
                    wallAhead = random.nextInt(6) == 0 ? NUMBERS[random.nextInt(NUMBERS.length)] : 0;
                    post(new AgentEvent.Tick());
                    break;
                case 13:
                    post(new AgentEvent.Observed(look()));
                    if (leave != null) {
                        post(new AgentEvent.LeaveAnswered(leave.request(), wild(PeerStatusResponse.class)));
                    }
                    break;
                default:
                    if (out != null) {
                        done();
                    }
            }
        }

        private ClockReading now() {
            return new ClockReading(nanos, 1_790_000_000_000L + nanos / 1_000_000 + wallAhead);
        }

        private Observation look() {
            VoteReport votes = random.nextBoolean() ? null : wild(VoteReport.class);
            boolean running = random.nextInt(6) > 0;
            Duration uptime = Duration.ofSeconds(Bounds.LAST_SECOND);
            ProcessView process = running ? new ProcessView(true, 7, Long.MAX_VALUE - 3, uptime, random.nextBoolean())
                : ProcessView.NOT_RUNNING;
            long slot = Math.abs(NUMBERS[random.nextInt(NUMBERS.length)] % (Bounds.HIGHEST_SLOT + 1));
            return new Observation(nanos, process, slot, running, null,
                random.nextBoolean() ? "S" : "O", null, votes);
        }

        private void post(AgentEvent event) {
            take(core.step(state, event, now()));
        }

        private void take(Step step) {
            state = step.state();
            for (AgentEffect effect : step.effects()) {
                if (effect instanceof AgentEffect.Do task) {
                    out = task.task();
                    if (out instanceof Task.Save save) {
                        again(save.memory());
                    }
                } else if (effect instanceof AgentEffect.Abandon) {
                    out = null;
                } else if (effect instanceof AgentEffect.Remember remember) {
                    again(remember.memory());
                } else if (effect instanceof AgentEffect.Publish publish) {
                    told(publish.hold());
                } else if (effect instanceof AgentEffect.AskToStay ask) {
                    taken(new PeerStatusRequest(":1", 1, "me", ask.request().epoch(), ask.request()));
                } else if (effect instanceof AgentEffect.AskToLeave ask) {
                    taken(new PeerStatusRequest(":1", 1, "me", 0, null, ask.request()));
                    leave = ask;
                } else if (effect instanceof AgentEffect.Reply reply) {
                    taken(reply.response());
                } else if (effect instanceof AgentEffect.AnswerPeer answer && answer.answer() != null) {
                    taken(answer.answer());
                    taken(core.peerStatus(state, look(), answer.answer(), now()));
                } else if (effect instanceof AgentEffect.Keep keep) {
                    again(keep.memory());
                    kept.add(keep.number());
                }
            }
            if (!kept.isEmpty() && random.nextInt(3) > 0) {
                post(new AgentEvent.Kept(kept.remove(0), random.nextInt(4) == 0 ? "full" : null));
                return;
            }
            Observation seen = look();
            taken(core.peerStatus(state, seen, null, now()));
            core.notActive(state, seen, now());
            StatusResponse status = core.status(state, seen, now().wallSeconds(), now());
            token = status.lease() == null || status.lease().token() == null ? "" : status.lease().token();
            taken(status);
        }

        /** What this agent says passes the border of whoever hears it. */
        private static void taken(Object said) {
            try {
                GoJson.decode(GoJson.encode(said), said.getClass());
            } catch (GoJson.BadJson e) {
                throw new IllegalStateException(said.toString(), e);
            }
        }

        /** What a fencer is told is what a fencer takes (E4). */
        private void told(HeldLease hold) {
            if (hold != null) {
                hold.lead();
                hold.ownFence();
                Duration left = hold.left(now());
                assertTrue(left.compareTo(Bounds.LONGEST_LEASE) <= 0, hold.toString());
                assertTrue(LeaseTiming.told(left, hold.fence()).compareTo(Bounds.LONGEST_LEASE.plusMillis(1_005)) <= 0, hold.toString());
            }
        }

        private static void again(DurableAgentState memory) {
            try {
                DurableAgentState read = StateCodec.read(StateCodec.write(memory).getBytes(StandardCharsets.UTF_8));
                assertEquals(memory.epoch(), read.epoch());
                assertEquals(memory.bindings(), read.bindings());
                assertEquals(memory.terms(), read.terms());
                assertEquals(memory.intent(), read.intent());
                assertEquals(memory.role(), read.role());
            } catch (StateCodec.Unreadable e) {
                throw new IllegalStateException(memory.toString(), e);
            }
        }

        private void done() {
            Task task = out;
            out = null;
            post(new AgentEvent.TaskDone(result(task)));
        }

        private TaskResult result(Task task) {
            if (task instanceof Task.Run run) {
                CommandResult.How how = CommandResult.How.values()[random.nextInt(4)];
                return new TaskResult.Ran(run.kind(), new CommandResult(how, random.nextInt(3) == 0 ? 1 : 0,
                    TEXTS[random.nextInt(TEXTS.length)], Duration.ofMillis(20)));
            } else if (task instanceof Task.Look) {
                return new TaskResult.Looked(look());
            } else if (task instanceof Task.Kill) {
                return new TaskResult.Killed(random.nextBoolean(), "");
            } else if (task instanceof Task.Save) {
                return new TaskResult.Saved(random.nextInt(6) == 0 ? "full" : null);
            } else if (task instanceof Task.CheckTower || task instanceof Task.InstallTower) {
                return new TaskResult.TowerChecked(new TowerCheck(TowerCheck.Verdict.values()[random.nextInt(3)], "",
                    random.nextBoolean() ? Bounds.HIGHEST_SLOT : 7));
            } else if (task instanceof Task.TakeTower) {
                return new TaskResult.TowerTaken(random.nextBoolean() ? null : new FinalTower(Bounds.HIGHEST_SLOT, "AAAA"));
            } else if (task instanceof Task.Arm) {
                return new TaskResult.Armed(random.nextInt(4) == 0 ? "no" : null);
            } else if (task instanceof Task.AskPeer) {
                return new TaskResult.PeerSaid(random.nextBoolean() ? null : wild(PeerStatusResponse.class));
            }
            return new TaskResult.Waited();
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
                boolean odd = random.nextInt(9) == 0;
                if (each.getType() == long.class) {
                    long usual = name.contains("epoch") ? 4 + random.nextInt(4) : name.contains("start") ? 1 + random.nextInt(3)
                        : name.equals("lease_ms") ? 9_405 : name.equals("fence_ms") ? 2_000 : random.nextInt(500);
                    json.put(name, odd ? NUMBERS[random.nextInt(NUMBERS.length)] : usual);
                } else if (each.getType() == String.class) {
                    String usual = name.equals("token") ? token : name.equals("action") ? TEXTS[1 + random.nextInt(2)]
                        : name.equals("manager_id") ? "manager" : name.equals("host_id") ? "peer" : "t" + random.nextInt(3);
                    json.put(name, odd ? TEXTS[random.nextInt(TEXTS.length)] : usual);
                } else if (each.getType() == boolean.class) {
                    json.put(name, random.nextBoolean());
                } else if (each.getType().isRecord() && random.nextInt(5) > 0) {
                    json.put(name, any(each.getType()));
                } else if (each.getType() == List.class) {
                    json.put(name, new JsonArray().add("x"));
                }
            }
            return json;
        }

        /** The one that a failed reply is found by. */
        private static void taken(FailoverResponse response) {
            assertTrue(response.outcome() != null, response.toString());
            taken((Object) response);
        }
    }
}
