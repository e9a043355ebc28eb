package failover.testbed.sim;

import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.DurableAgentState;
import failover.agent.decision.HeldLease;
import failover.agent.decision.Observation;
import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import failover.manager.decision.ManagerEffect;
import failover.manager.decision.ManagerEvent;
import failover.manager.decision.VoteReading;
import failover.protocol.ClockReading;
import failover.protocol.wire.PeerStatusResponse;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Numbers that stand for events and effects in the trace of a run. What happens all the time is told by the numbers it carries, the rest by
 * all that it says, part by part: not by its hash code, as an enum's is another one in each Java machine, nor by its text, which takes
 * longer to write than the event to work off. No name of a type or a part goes into it ({@link TraceNumbers}). Equal things have equal
 * numbers; a difference that is left out here shows in the effects and events that follow from it.
 */
final class Trace {
    private static final long FACTOR = 0x9E3779B97F4A7C15L;
    /** How the parts of a record are read, in their order. */
    private static final ClassValue<Method[]> PARTS = new ClassValue<>() {
        @Override
        protected Method[] computeValue(Class<?> type) {
            Method[] parts = Stream.of(type.getRecordComponents()).map(RecordComponent::getAccessor).toArray(Method[]::new);
            // Some records are of no concern outside their package.
            AccessibleObject.setAccessible(parts, true);
            return parts;
        }
    };

    private Trace() {
    }

    static long of(Object what) {
        return what instanceof AgentEvent event ? of(event) : what instanceof AgentEffect effect ? of(effect)
                : what instanceof ManagerEvent event ? of(event) : what instanceof ManagerEffect effect ? of(effect) : whole(what);
    }

    private static long of(AgentEvent event) {
        if (event instanceof AgentEvent.StayAsked asked) {
            return numbers(1, asked.request().stay().epoch(), text(asked.request().hostId()));
        } else if (event instanceof AgentEvent.StayAnswered answered) {
            PeerStatusResponse answer = answered.answer();
            long said = answer == null ? 0 : numbers(answer.timestamp(), answer.epoch(), (answer.isActive() ? 1 : 0)
                    + (answer.identityVerified() ? 2 : 0) + (answer.stay() != null && answer.stay().granted() ? 4 : 0));
            return numbers(2, answered.sentAt().nanos(), said);
        } else if (event instanceof AgentEvent.ManagerPolled polled) {
            return numbers(3, polled.request().timestamp(), polled.request().epoch());
        } else if (event instanceof AgentEvent.Observed observed) {
            return numbers(4, look(observed.observation()), 0);
        } else if (event instanceof AgentEvent.TaskDone done && done.result() instanceof TaskResult.Looked looked) {
            return numbers(6, look(looked.observation()), 0);
        } else if (event instanceof AgentEvent.BackedUp backedUp) {
            return numbers(7, backedUp.result().how().ordinal(), backedUp.result().took().toNanos());
        }
        return event instanceof AgentEvent.Tick ? 5 : whole(event);
    }

    private static long of(AgentEffect effect) {
        if (effect instanceof AgentEffect.Publish publish) {
            return numbers(11, lease(publish.hold()), memory(publish.memory()));
        } else if (effect instanceof AgentEffect.AskToStay ask) {
            return numbers(12, ask.sentAt().nanos(), ask.request().epoch());
        }
        if (effect instanceof AgentEffect.Do step && step.task() instanceof Task.Save save) {
            return numbers(14, memory(save.memory()), 0);
        } else if (effect instanceof AgentEffect.Remember remember) {
            return numbers(15, memory(remember.memory()), 0);
        }
        return effect instanceof AgentEffect.Observe ? 13 : whole(effect);
    }

    private static long look(Observation seen) {
        return numbers(seen.atNanos(), seen.slot(), seen.process().pid() * 4 + (seen.healthy() ? 1 : 0) ^ text(seen.identity()));
    }

    private static long memory(DurableAgentState memory) {
        long open = (memory.intent() == null ? 0 : 8 + memory.intent().epoch() * 16) + memory.role().ordinal() * 4
                + (memory.identityRead() ? 2 : 0) + (memory.terms() == null ? 0 : 1);
        long process = memory.inDoubt() == null ? 0 : memory.inDoubt().pid();
        return numbers(numbers(memory.epoch(), memory.demotedAtMillis(), process), open, text(memory.stakedIdentity())
                + text(memory.bindings().managerId()) + memory.bindings().managerStart());
    }

    private static long lease(HeldLease hold) {
        ClockReading base = hold == null ? null : hold.base();
        return base == null ? 0 : numbers(hold.epoch(), base.nanos() ^ base.bootNanos(), base.wallMillis() ^ hold.worth().toNanos());
    }

    private static long of(ManagerEvent event) {
        if (event instanceof ManagerEvent.StatusReplied reply) {
            return numbers(21, reply.poll(), reply.host().ordinal() * 4 + (reply.status().isActive() ? 1 : 0)
                    + (reply.status().isHealthy() ? 2 : 0));
        } else if (event instanceof ManagerEvent.StatusFailed failed) {
            return numbers(22, failed.poll(), failed.host().ordinal() * 8L + failed.failure().kind().ordinal());
        } else if (event instanceof ManagerEvent.VotesRead read) {
            VoteReading reading = read.reading();
            return numbers(23, text(read.source()) ^ reading.askedAt(), reading.slot() * 31 + reading.lastVote());
        } else if (event instanceof ManagerEvent.NetworkSlotRead read) {
            return numbers(24, read.slots().hashCode(), 0);
        }
        return event instanceof ManagerEvent.Tick ? 25 : whole(event);
    }

    private static long of(ManagerEffect effect) {
        if (effect instanceof ManagerEffect.Poll poll) {
            return numbers(31, poll.poll(), poll.host().ordinal());
        } else if (effect instanceof ManagerEffect.ReadVotes read) {
            return numbers(32, read.askedAt(), 0);
        }
        return effect instanceof ManagerEffect.ReadNetworkSlot ? 33 : whole(effect);
    }

    private static long numbers(long kind, long one, long other) {
        return ((kind * FACTOR ^ one) * FACTOR ^ other) * FACTOR;
    }

    private static long text(String what) {
        return what == null ? 0 : what.hashCode();
    }

    /** All that it says. */
    private static long whole(Object what) {
        if (what == null) {
            return 0;
        } else if (what instanceof String text) {
            return text.hashCode();
        } else if (what instanceof Long || what instanceof Integer) {
            return ((Number) what).longValue();
        } else if (what instanceof Enum<?> word) {
            // By its place, as a name may change.
            return numbers(44, word.ordinal(), 0);
        } else if (what instanceof Boolean yes) {
            return yes ? 1 : 2;
        } else if (what instanceof Duration time) {
            return numbers(41, time.getSeconds(), time.getNano());
        } else if (what instanceof Record) {
            return parts(what);
        } else if (what instanceof List<?> list) {
            long sum = 42;
            for (Object each : list) {
                sum = numbers(sum, whole(each), 0);
            }
            return sum;
        } else if (what instanceof Collection<?> set) {
            long sum = 43;
            for (Object each : set) {
                sum += numbers(43, whole(each), 0);
            }
            return sum;
        }
        throw new AssertionError("a trace knows no " + what.getClass());
    }

    private static long parts(Object what) {
        long sum = TraceNumbers.of(what.getClass());
        try {
            for (Method part : PARTS.get(what.getClass())) {
                sum = numbers(sum, whole(part.invoke(what)), 0);
            }
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
        return sum;
    }
}
