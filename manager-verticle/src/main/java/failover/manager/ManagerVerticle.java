package failover.manager;

import failover.manager.config.ManagerConfig;
import failover.manager.decision.FailoverMachine;
import failover.manager.decision.Failure;
import failover.manager.decision.Host;
import failover.manager.decision.ManagerEffect;
import failover.manager.decision.ManagerEffect.OperatorAnswer;
import failover.manager.decision.ManagerEvent;
import failover.manager.decision.ManagerOptions;
import failover.manager.decision.ManagerState;
import failover.manager.decision.Step;
import failover.protocol.ClockReading;
import failover.protocol.config.HostPort;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import java.net.BindException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The manager: the shell around {@link FailoverMachine}. It owns the state, hands every event to the core through one mailbox on its own
 * context, and performs what the core wants, in order. It decides nothing.
 */
public final class ManagerVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ManagerVerticle.class);
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\u2028\u2029]+");

    /** What decides: one step of the core; tests put a fault in its place. */
    interface Decisions {
        Step step(ManagerState before, ManagerEvent event, ClockReading now);
    }

    private final ManagerConfig given;
    private final UnaryOperator<Decisions> faults;
    private final Map<Host, AgentClient> agents = new EnumMap<>(Host.class);
    private final Deque<ManagerEvent> mailbox = new ArrayDeque<>();
    private ManagerConfig config;
    private FailoverMachine core;
    private Decisions decisions;
    private ManagerState state;
    private HttpClientAgent http;
    private VoteSources cluster;
    private FileStateStore memory;
    private OperatorApi api;
    private boolean working;
    private boolean stopped;
    private long nextHeartbeat;

    /** For the Vert.x launcher: the settings are the deployment's configuration and the environment. */
    public ManagerVerticle() {
        this(null);
    }

    /** With settings that have been read. */
    public ManagerVerticle(ManagerConfig config) {
        this(config, UnaryOperator.identity());
    }

    /** The same, with what a test makes of the decisions. */
    ManagerVerticle(ManagerConfig config, UnaryOperator<Decisions> faults) {
        this.given = config;
        this.faults = faults;
    }

    /** Listens and polls when it succeeds; fails with an operator's message when {@code state_dir} or {@code api_listen} will not do. */
    @Override
    public Future<?> start() {
        config = given == null ? ManagerMain.configured(config()) : given;
        http = vertx.createHttpClient(new HttpClientOptions());
        agents.put(Host.PRIMARY, new AgentClient(vertx, http, config.hosts().primary()));
        agents.put(Host.SECONDARY, new AgentClient(vertx, http, config.hosts().secondary()));
        cluster = new VoteSources(vertx, http, config.clusterRpc(), config.timing().requestTimeout(),
                config.voteAccount());
        ManagerOptions rules = OptionsFactory.rules(config, cluster.sources());
        OptionsFactory.banner(config, rules).forEach(LOG::info);
        core = new FailoverMachine(rules);
        decisions = faults.apply(core::step);
        return FileStateStore.open(vertx, config.stateDir()).compose(opened -> {
            memory = opened.file();
            Step first = core.start(opened.memory(), UUID.randomUUID().toString(), ClockReading.ofMachine());
            state = first.state();
            // What arrives before the first effects are performed waits in the mailbox.
            working = true;
            return listen(rules).onSuccess(listening -> {
                apply(first);
                working = false;
                nextHeartbeat = System.nanoTime();
                heartbeat();
            }).recover(failure -> memory.close().transform(closed -> Future.failedFuture(failure)));
        });
    }

    /** Decides nothing more, finishes the writes under way. */
    @Override
    public Future<?> stop() {
        stopped = true;
        agents.values().forEach(AgentClient::close);
        cluster.close();
        Future<Void> quiet = api == null ? Future.succeededFuture() : api.close();
        return Future.join(quiet, http.close(), memory.close());
    }

    /** The port of the operators' API; -1 when it is off. */
    public int apiPort() {
        return api == null ? -1 : api.port();
    }

    private Future<Void> listen(ManagerOptions rules) {
        if (config.apiListen().isEmpty()) {
            return Future.succeededFuture();
        }
        HostPort address = config.apiListen().get();
        // A move may demote, promote, clear and restore.
        Duration longest = rules.demotionTimeout().plus(rules.promotionTimeout()).multipliedBy(2);
        api = new OperatorApi(vertx, this::post, () -> core.view(state, ClockReading.ofMachine()), memory::trouble);
        return api.listen(address, longest).onSuccess(listening -> {
            LOG.info("Operators' API listens on port {}", api.port());
        }).recover(failure -> Future.failedFuture(new IllegalStateException("api_listen " + address + (failure instanceof BindException
                ? " cannot be used (" + failure.getMessage() + "): is another manager running here? Stop it, or set api_listen to a"
                        + " free port or to \"off\""
                : " cannot be used: " + failure.getMessage() + "; set it to an address of this host, for example 127.0.0.1:8081"),
                failure)));
    }

    /** On a fixed grid; beats missed while the process slept are skipped, not made up for in a burst. */
    private void heartbeat() {
        if (stopped) {
            return;
        }
        post(new ManagerEvent.Tick());
        long period = config.timing().heartbeatInterval().toNanos();
        long now = System.nanoTime();
        nextHeartbeat += period;
        if (nextHeartbeat - now <= 0) {
            nextHeartbeat = now + period;
        }
        vertx.setTimer(millis(Duration.ofNanos(nextHeartbeat - now)), id -> heartbeat());
    }

    private void post(ManagerEvent event) {
        mailbox.add(event);
        if (working) {
            return;
        }
        working = true;
        try {
            while (!mailbox.isEmpty() && !stopped) {
                handle(mailbox.remove());
            }
        } finally {
            working = false;
        }
    }

    private void handle(ManagerEvent event) {
        Step step;
        try {
            step = decisions.step(state, event, ClockReading.ofMachine());
        } catch (Exception | AssertionError | StackOverflowError fault) {
            LOG.error("A fault of this program: the event {} is dropped, the state stays; please report it", event, fault);
            owed(event);
            return;
        }
        apply(step);
    }

    /** Whoever waits for an answer that the core will never give is told so. */
    private void owed(ManagerEvent event) {
        OperatorAnswer answer = new OperatorAnswer(500, "A fault of the manager, see its log: nothing was begun", null);
        if (event instanceof ManagerEvent.FailoverAsked asked) {
            api.answer(asked.ticket(), answer);
        } else if (event instanceof ManagerEvent.PauseAsked asked) {
            api.answer(asked.ticket(), answer);
        }
    }

    private void apply(Step step) {
        state = step.state();
        for (ManagerEffect effect : step.effects()) {
            try {
                perform(effect);
            } catch (Exception | AssertionError | StackOverflowError fault) {
                LOG.error("A fault of this program: {} is not performed; please report it", effect, fault);
                failed(effect, String.valueOf(fault));
            }
        }
    }

    /** What was not even begun has failed, and the core waits for that word. */
    private void failed(ManagerEffect effect, String why) {
        Failure failure = new Failure(Failure.Kind.NO_ANSWER, why);
        if (effect instanceof ManagerEffect.Poll poll) {
            post(new ManagerEvent.StatusFailed(poll.host(), poll.poll(), failure));
        } else if (effect instanceof ManagerEffect.Command command) {
            post(new ManagerEvent.CommandFailed(command.command(), failure));
        } else if (effect instanceof ManagerEffect.ReadNetworkSlot) {
            post(new ManagerEvent.NetworkSlotUnknown(why));
        } else if (effect instanceof ManagerEffect.Save save) {
            post(new ManagerEvent.Saved(save.number(), why));
        }
    }

    private void perform(ManagerEffect effect) {
        if (effect instanceof ManagerEffect.Poll poll) {
            agents.get(poll.host()).poll(poll.request(), poll.limit()).onComplete(
                    status -> post(new ManagerEvent.StatusReplied(poll.host(), poll.poll(), status)),
                    cause -> post(new ManagerEvent.StatusFailed(poll.host(), poll.poll(), AgentClient.failureOf(cause))));
        } else if (effect instanceof ManagerEffect.Command command) {
            agents.get(command.host()).command(command.request(), command.limit()).onComplete(
                    response -> post(new ManagerEvent.CommandReplied(command.command(), response)),
                    cause -> post(new ManagerEvent.CommandFailed(command.command(), AgentClient.failureOf(cause))));
        } else if (effect instanceof ManagerEffect.ReadNetworkSlot) {
            cluster.slots().onComplete(
                    slots -> post(new ManagerEvent.NetworkSlotRead(slots)),
                    cause -> post(new ManagerEvent.NetworkSlotUnknown(cause.getMessage())));
        } else if (effect instanceof ManagerEffect.ReadVotes votes) {
            readVotes(votes);
        } else if (effect instanceof ManagerEffect.ReadNodes nodes) {
            readNodes(nodes);
        } else if (effect instanceof ManagerEffect.Save save) {
            memory.save(save.memory()).onComplete(
                    saved -> post(new ManagerEvent.Saved(save.number(), null)),
                    cause -> post(new ManagerEvent.Saved(save.number(), String.valueOf(cause.getMessage()))));
        } else if (effect instanceof ManagerEffect.Remember remember) {
            memory.save(remember.memory()).onFailure(cause -> LOG.warn("Not remembered: {}", cause.getMessage()));
        } else if (effect instanceof ManagerEffect.Answer answer) {
            api.answer(answer.ticket(), answer.answer());
        } else if (effect instanceof ManagerEffect.Wake wake) {
            vertx.setTimer(millis(wake.after()), id -> post(new ManagerEvent.Tick()));
        } else if (effect instanceof ManagerEffect.Say say) {
            say(say);
        } else {
            throw new AssertionError(effect);
        }
    }

    private void readVotes(ManagerEffect.ReadVotes votes) {
        List<String> sources = cluster.sources();
        for (int i = 0; i < sources.size(); i++) {
            String source = sources.get(i);
            cluster.read(i, votes.identity(), votes.limit()).onComplete(
                    reading -> post(new ManagerEvent.VotesRead(source, reading)),
                    cause -> post(new ManagerEvent.VotesUnknown(source, String.valueOf(cause.getMessage()), votes.askedAt(),
                            cause instanceof VoteSource.NoWord word && word.refused())));
        }
    }

    private void readNodes(ManagerEffect.ReadNodes nodes) {
        List<String> sources = cluster.sources();
        for (int i = 0; i < sources.size(); i++) {
            String source = sources.get(i);
            cluster.node(i).onSuccess(word -> post(new ManagerEvent.NodeRead(source, word, nodes.askedAt())));
        }
    }

    private static void say(ManagerEffect.Say say) {
        // Agents and operators have words in it: they must not forge a line of the log.
        String line = CONTROL.matcher(say.line()).replaceAll(" ");
        switch (say.level()) {
            case INFO -> LOG.info(line);
            case WARNING -> LOG.warn(line);
            case ERROR -> LOG.error(line);
            default -> throw new AssertionError(say.level());
        }
    }

    /** Rounded up: a timer that fires early finds its deadline not yet reached. */
    private static long millis(Duration duration) {
        return Math.max(1, duration.plusNanos(999_999).toMillis());
    }
}
