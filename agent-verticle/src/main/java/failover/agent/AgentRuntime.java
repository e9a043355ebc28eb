package failover.agent;

import failover.agent.command.CancellationToken;
import failover.agent.command.CommandGate;
import failover.agent.config.AgentConfig;
import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.AgentMachine;
import failover.agent.decision.AgentOptions;
import failover.agent.decision.AgentState;
import failover.agent.decision.CommandKind;
import failover.agent.decision.DurableAgentState;
import failover.agent.decision.Observation;
import failover.agent.decision.Step;
import failover.agent.decision.Task;
import failover.agent.fence.DeadManSwitch;
import failover.agent.fence.FencerClient;
import failover.agent.fence.Watchdog;
import failover.agent.http.HttpError;
import failover.agent.peer.InternetCheck;
import failover.agent.peer.PeerClient;
import failover.agent.runtime.Address;
import failover.agent.runtime.LocalDelivery;
import failover.agent.state.FileStateStore;
import failover.agent.state.ForgetRequestPoller;
import failover.agent.state.StateWriter;
import failover.agent.validator.ProbeCache;
import failover.agent.validator.ProbeWorker;
import failover.protocol.ClockReading;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.StatusResponse;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the agent's state, feeds its core one event at a time, and performs what the core wants done, in its order. Plain fields: used on
 * the agent's context only.
 */
public final class AgentRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(AgentRuntime.class);
    private static final long TICK_MILLIS = 250;
    /** More change requests than any operator sends; the next is refused at once. */
    private static final int MOST_TICKETS = 16;
    /** Less than a stop may take in all; more than the longest fence of an agent that goes, and than it asks for the fencer before. */
    private static final Duration LEAVING = Duration.ofSeconds(7);
    /** A peer waits two seconds for its answer. */
    private static final Duration KEEP_LIMIT = Duration.ofMillis(1500);
    private static final Duration VOTE_ACCOUNT_LIMIT = Duration.ofSeconds(15);
    private final Vertx vertx;
    private final Context context;
    private final AgentMachine core;
    private final String instance;
    private final ProbeCache observer;
    private final PeerClient peer;
    private final boolean identityByCommand;
    private final InternetCheck internet;
    private final StateWriter store;
    private final TaskExecutor tasks;
    private final FencerClient fencer;
    private final DeadManSwitch deadMan;
    private final Deque<AgentEvent> mailbox = new ArrayDeque<>();
    private final Map<Long, Promise<FailoverResponse>> tickets = new HashMap<>();
    private final ForgetRequestPoller forgetting;
    private final Map<Long, Promise<PromiseAnswer>> peerTickets = new HashMap<>();
    private AgentState state;
    private DurableAgentState memory;
    private CancellationToken backup = new CancellationToken();
    private long lastTicket;
    private long ticks;
    private long fences;
    private boolean stepping;
    private boolean stopping;

    AgentRuntime(Vertx vertx, AgentConfig config, AgentMachine core, AgentOptions rules, String instance, StateWriter store,
            CommandGate gate, FencerClient fencer, Optional<Watchdog> watchdog) {
        this.vertx = vertx;
        this.core = core;
        this.instance = instance;
        this.store = store;
        this.observer = new ProbeCache(vertx, config, instance, this::seen,
                fresh -> new ProbeWorker.Look(fresh, memory.stakedIdentity(), memory.bindings().managed()));
        this.peer = new PeerClient(vertx, config);
        this.identityByCommand = !config.commands().identityCheck().isBlank();
        this.internet = new InternetCheck(vertx, config.isolation());
        this.fencer = fencer;
        this.tasks = new TaskExecutor(vertx, config, instance, observer, peer, store, () -> memory, () -> fences, fencer);
        this.forgetting = new ForgetRequestPoller(vertx, config.stateDir(), () -> tasks.save(memory, KEEP_LIMIT),
            asked -> post(new AgentEvent.Forget(asked.manager(), asked.peer())));
        this.context = vertx.getOrCreateContext();
        this.deadMan = new DeadManSwitch(config, rules, gate, store, fencer, watchdog,
            event -> context.runOnContext(now -> post(event)), observer::forget);
    }

    /** Begins with what was remembered; from now on there are ticks. */
    void begin(FileStateStore.Opened opened) {
        memory = opened.memory();
        Step first = core.start(opened.memory(), opened.isNew(), UUID.randomUUID().toString(), fencer.former(), ClockReading.ofMachine());
        stepping = true;
        perform(first);
        stepping = false;
        deadMan.start();
        drain();
        ticks = vertx.setPeriodic(TICK_MILLIS, timer -> post(new AgentEvent.Tick()));
        forgetting.start();
    }

    /** The workers are going: a change under way may end and be answered, nothing new begins. */
    void stop() {
        stopping = true;
        vertx.cancelTimer(ticks);
        forgetting.stop();
        deadMan.close();
    }

    /** Completes when this host is in the state in which it may be left without an agent. */
    Future<Void> left() {
        return vertx.executeBlocking(() -> {
            if (deadMan.awaitEnd(LEAVING)) {
                fencer.leave();
            }
            return null;
        }, false);
    }

    /** The only door to the core. */
    void post(AgentEvent event) {
        if (stopping && !(event instanceof AgentEvent.TaskDone)) {
            return;
        }
        mailbox.add(event);
        if (!stepping) {
            drain();
        }
    }

    /** The answer to {@code /status} for a request that came at that time. */
    Future<StatusResponse> status(long wallMillis) {
        return observer.recent().map(seen -> core.status(state, seen, Math.floorDiv(wallMillis, 1000L), ClockReading.ofMachine()));
    }

    /** The answer to {@code /peer-status}. */
    Future<PeerStatusResponse> peerStatus(PeerStatusRequest request) {
        if (request.stay() == null && request.leave() == null) {
            return observer.recent().map(seen -> core.peerStatus(state, seen, null, ClockReading.ofMachine()));
        }
        if (stopping || peerTickets.size() >= MOST_TICKETS) {
            return Future.failedFuture(stopping ? HttpError.stopping() : HttpError.tooManyChanges());
        }
        long ticket = ++lastTicket;
        Promise<PromiseAnswer> answer = Promise.promise();
        peerTickets.put(ticket, answer);
        post(request.leave() != null ? new AgentEvent.LeaveAsked(ticket, request) : new AgentEvent.StayAsked(ticket, request));
        return answer.future().compose(said -> observer.recent().map(seen -> core.peerStatus(state, seen, said, ClockReading.ofMachine())));
    }

    /** Why {@code /active} is not 200; {@code null} in the future's value when it is (INV-9). */
    Future<Optional<String>> notActive() {
        return observer.recent().map(seen -> Optional.ofNullable(core.notActive(state, seen, ClockReading.ofMachine())));
    }

    /** Requests a change of role; completes when the core replies. */
    Future<FailoverResponse> change(FailoverRequest request) {
        if (stopping) {
            return Future.failedFuture(HttpError.stopping());
        }
        if (tickets.size() >= MOST_TICKETS) {
            return Future.failedFuture(HttpError.tooManyChanges());
        }
        long ticket = ++lastTicket;
        Promise<FailoverResponse> answer = Promise.promise();
        tickets.put(ticket, answer);
        post(new AgentEvent.ChangeAsked(ticket, request));
        return answer.future();
    }

    /** The answer to {@code /identity}. */
    Future<ProbeWorker.Identity> identity() {
        // From the shared probe: repeated requests cause no additional load on the validator.
        return identityByCommand ? ask(new ProbeWorker.WhoIsIt()) : observer.recent().map(seen -> seen.identity() == null
            ? new ProbeWorker.Identity("", seen.identityError()) : new ProbeWorker.Identity(seen.identity(), null));
    }

    /** Where the peer was found last, when it is configured by a name. */
    Optional<String> peerAddress() {
        return peer.address();
    }

    private <T> Future<T> ask(ProbeWorker.Order order) {
        return vertx.eventBus().<T>request(Address.PROBE.of(instance), order, LocalDelivery.within(VOTE_ACCOUNT_LIMIT))
            .map(message -> message.body());
    }

    private void drain() {
        stepping = true;
        try {
            for (AgentEvent event = mailbox.poll(); event != null; event = mailbox.poll()) {
                step(event);
            }
        } finally {
            stepping = false;
        }
    }

    private void step(AgentEvent event) {
        // A fence that the core has heard of: from here on it knows what the dead-man knows.
        fences += event instanceof AgentEvent.Fenced ? 1 : 0;
        Step step;
        try {
            step = core.step(state, event, ClockReading.ofMachine());
        } catch (RuntimeException e) {
            LOG.error("The decision on {} failed; the state is what it was before", event, e);
            failed(event, e);
            return;
        }
        perform(step);
    }

    /** Fails the pending request; a step whose result could not be processed is ended as failed. */
    private void failed(AgentEvent event, RuntimeException failure) {
        if (event instanceof AgentEvent.ChangeAsked asked) {
            fail(tickets.remove(asked.ticket()), failure);
        } else if (event instanceof AgentEvent.StayAsked asked) {
            fail(peerTickets.remove(asked.ticket()), failure);
        } else if (event instanceof AgentEvent.LeaveAsked asked) {
            fail(peerTickets.remove(asked.ticket()), failure);
        } else {
            perform(core.failed(state, event, String.valueOf(failure)));
        }
    }

    private static void fail(Promise<?> asker, RuntimeException failure) {
        if (asker != null) {
            asker.fail(failure);
        }
    }

    private void perform(Step step) {
        state = step.state();
        for (AgentEffect effect : step.effects()) {
            try {
                perform(effect);
            } catch (RuntimeException e) {
                LOG.error("{} failed", effect, e);
            }
        }
    }

    /** One of them, on the agent's context. */
    void perform(AgentEffect effect) {
        if (effect instanceof AgentEffect.Do todo) {
            if (todo.task() instanceof Task.Save save) {
                memory = save.memory();
            }
            tasks.perform(todo.task(), result -> post(new AgentEvent.TaskDone(result)));
        } else if (effect instanceof AgentEffect.Publish publish) {
            deadMan.publish(publish, fences);
        } else if (effect instanceof AgentEffect.Abandon) {
            tasks.abandon();
        } else if (effect instanceof AgentEffect.AskToStay ask) {
            peer.ask(memory, ask.request(), null).otherwise((PeerStatusResponse) null)
                .onSuccess(answer -> post(new AgentEvent.StayAnswered(ask.request(), ask.sentAt(), answer)));
        } else if (effect instanceof AgentEffect.AskToLeave ask) {
            peer.ask(memory, null, ask.request()).otherwise((PeerStatusResponse) null)
                .onSuccess(answer -> post(new AgentEvent.LeaveAnswered(ask.request(), answer)));
        } else if (effect instanceof AgentEffect.AnswerPeer answer) {
            answerPeer(answer);
        } else if (effect instanceof AgentEffect.Keep keep) {
            memory = keep.memory();
            tasks.save(keep.memory(), KEEP_LIMIT).onSuccess(error -> post(new AgentEvent.Kept(keep.number(), error)));
        } else if (effect instanceof AgentEffect.LookAtTower) {
            tasks.lookAtTower().onSuccess(seen -> post(seen));
        } else if (effect instanceof AgentEffect.CutShort) {
            tasks.cutShort();
        } else if (effect instanceof AgentEffect.Reply reply) {
            reply(reply);
        } else if (effect instanceof AgentEffect.AskPeer) {
            peer.ask(memory, null, null).onSuccess(answer -> post(new AgentEvent.PeerAnswered(answer)))
                .onFailure(silence -> post(new AgentEvent.PeerSilent(silence.getMessage())));
        } else if (effect instanceof AgentEffect.CheckInternet) {
            internet.reachable().onSuccess(reachable -> post(new AgentEvent.InternetChecked(reachable)));
        } else if (effect instanceof AgentEffect.Observe) {
            observe();
        } else if (effect instanceof AgentEffect.FindVoteAccount find) {
            this.<ProbeWorker.VoteAccount>ask(new ProbeWorker.FindVoteAccount(find.identity())).map(ProbeWorker.VoteAccount::found)
                .otherwise((Boolean) null)
                .onSuccess(found -> post(new AgentEvent.VoteAccountLooked(find.identity(), found)));
        } else if (effect instanceof AgentEffect.Backup order) {
            backup = new CancellationToken();
            tasks.send(Address.BACKUP, CommandKind.TOWER_BACKUP, order.limit(), backup)
                .onSuccess(result -> post(new AgentEvent.BackedUp(result)));
        } else if (effect instanceof AgentEffect.CancelBackup) {
            backup.cut();
        } else if (effect instanceof AgentEffect.Remember remember) {
            remember(remember.memory());
        } else if (effect instanceof AgentEffect.Say say) {
            say(say);
        } else {
            throw new AssertionError(effect);
        }
    }

    private void seen(Observation seen) {
        fencer.validator(seen.process().running() ? seen.process().pid() : 0, seen.process().certain());
        post(new AgentEvent.Observed(seen));
    }

    private void answerPeer(AgentEffect.AnswerPeer answer) {
        Promise<PromiseAnswer> asker = peerTickets.remove(answer.ticket());
        if (asker == null) {
            LOG.error("The peer's ticket {} is answered a second time: {}", answer.ticket(), answer.answer());
        } else if (answer.answer() == null) {
            asker.fail(new IllegalStateException("there is no answer that would outlast a restart"));
        } else {
            asker.complete(answer.answer());
        }
    }

    private void reply(AgentEffect.Reply reply) {
        Promise<FailoverResponse> asker = tickets.remove(reply.ticket());
        if (asker == null) {
            LOG.error("Ticket {} is answered a second time: {}", reply.ticket(), reply.response());
        } else {
            asker.complete(reply.response());
        }
    }

    /** Always ends in an event, even if another new probe has been posted already: the core waits for this one. */
    private void observe() {
        observer.recent().onComplete(seen -> post(new AgentEvent.Observed(seen)), failure -> {
            LOG.warn("The validator could not be observed: {}", failure.getMessage());
            observer.fresh().onSuccess(seen -> post(new AgentEvent.Observed(seen)));
        });
    }

    private void remember(DurableAgentState next) {
        memory = next;
        store.write(next, fences, context).onSuccess(error -> {
            if (error != null) {
                LOG.error("{}; a restart would find an older role or epoch: free the disk, or make it writable", error);
            }
        });
    }

    static void say(AgentEffect.Say say) {
        switch (say.level()) {
            case ERROR:
                LOG.error(say.line());
                break;
            case WARNING:
                LOG.warn(say.line());
                break;
            default:
                LOG.info(say.line());
                break;
        }
    }
}
