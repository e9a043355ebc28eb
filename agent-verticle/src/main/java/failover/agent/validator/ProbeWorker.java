package failover.agent.validator;

import failover.agent.config.AgentConfig;
import failover.agent.config.CommandLines;
import failover.agent.decision.Observation;
import failover.agent.decision.ProcessView;
import failover.agent.process.ProcessTable;
import failover.agent.runtime.Address;
import failover.agent.runtime.LocalDelivery;
import failover.protocol.wire.VoteReport;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Probes the validator: process table, then its RPC. A worker verticle with a pool of its own; several probes may run at once. */
public final class ProbeWorker extends VerticleBase {
    private static final long USERS_MILLIS = 5_000;
    /** The kernel walks its table of all connections for it: a millisecond and more. */
    private static final long STRANGER_NANOS = Duration.ofSeconds(1).toNanos();
    /** While the validator itself holds the port no other process can take it. */
    private static final long STRANGER_HELD_NANOS = Duration.ofSeconds(5).toNanos();
    private final AgentConfig config;
    private final String instance;
    private final Runnable onStop;
    private ProcessTable table;
    private ValidatorRpc rpc;
    private IdentityCheck identityCheck;
    private VoteReader votes;
    private long usersTimer;
    private boolean refreshing;
    private Optional<String> stranger = Optional.empty();
    private long strangerLooked;
    private long strangerBeside;

    /**
     * A worker.
     *
     * @param onStop run when it stops, on its own thread: workers stop before the verticle that deployed them
     */
    public ProbeWorker(AgentConfig config, String instance, Runnable onStop) {
        this.config = config;
        this.instance = instance;
        this.onStop = onStop;
    }

    /** What is asked of this worker. */
    public sealed interface Order {
    }

    /**
     * Observe; answered with an {@link Observation}.
     *
     * @param fresh nothing cached may be part of the answer, except the votes, which carry their age
     * @param stakedIdentity whose votes are of interest, base58; {@code null} when it is not known
     * @param managed a manager of ours polls, which needs current votes
     */
    public record Look(boolean fresh, String stakedIdentity, boolean managed) implements Order {
    }

    /**
     * Is there a vote account of this identity; answered with a {@link VoteAccount}.
     *
     * @param identity base58
     */
    public record FindVoteAccount(String identity) implements Order {
    }

    /** Who is the validator by {@code identity_check_command}, for {@code /identity}; answered with an {@link Identity}. */
    public record WhoIsIt() implements Order {
    }

    /**
     * Answer.
     *
     * @param found {@code null} when unknown
     */
    public record VoteAccount(Boolean found) {
    }

    /**
     * Answer.
     *
     * @param pubkey empty on error
     * @param error {@code null} when there is none
     */
    public record Identity(String pubkey, String error) {
    }

    @Override
    public Future<?> start() {
        table = new ProcessTable(Path.of("/proc"), config.processName(), config.localRpc().port(), CommandLines.ledger(config));
        rpc = new ValidatorRpc(vertx, config.localRpc(), config.timing().rpcTimeout());
        votes = new VoteReader(rpc);
        identityCheck = new IdentityCheck(vertx, config, instance);
        refreshUsers();
        usersTimer = vertx.setPeriodic(USERS_MILLIS, tick -> refreshUsers());
        return vertx.eventBus().localConsumer(Address.PROBE.of(instance), this::handle).completion();
    }

    @Override
    public Future<?> stop() {
        vertx.cancelTimer(usersTimer);
        onStop.run();
        identityCheck.stop();
        return Future.succeededFuture();
    }

    /** Whose the validator's socket is; not on this worker's own thread, as the ledger's disk may hang. */
    private void refreshUsers() {
        if (!refreshing) {
            refreshing = true;
            vertx.executeBlocking(() -> {
                table.users().refresh();
                return null;
            }, false).onComplete(done -> refreshing = false);
        }
    }

    private void handle(Message<Order> message) {
        Order order = message.body();
        Future<?> answer;
        if (order instanceof Look look) {
            answer = look(look);
        } else if (order instanceof FindVoteAccount find) {
            answer = rpc.hasVoteAccount(find.identity()).map(VoteAccount::new);
        } else if (order instanceof WhoIsIt) {
            answer = whoIsIt();
        } else {
            throw new AssertionError(order);
        }
        answer.onSuccess(body -> message.reply(body, LocalDelivery.reply()))
            .onFailure(failure -> message.fail(500, String.valueOf(failure)));
    }

    private Future<Observation> look(Look order) {
        long at = System.nanoTime();
        ProcessView process = table.look(at);
        if (!process.running()) {
            return Future.succeededFuture(new Observation(at, process, 0, false, null, null, "the validator's process does not run"));
        }
        long enough = stranger.isEmpty() && table.validatorHoldsRpcPort() ? STRANGER_HELD_NANOS : STRANGER_NANOS;
        if (order.fresh() || strangerBeside != process.pid() || at - strangerLooked > enough) {
            stranger = table.strangerOnRpcPort(config.localRpc().host(), process);
            strangerLooked = at;
            strangerBeside = process.pid();
        }
        if (stranger.isPresent()) {
            Observation unheard = new Observation(at, process, 0, false, stranger.get(), null, stranger.get(), null);
            return identityCheck.usable() ? byCommand(unheard, order.fresh()) : Future.succeededFuture(unheard);
        }
        VoteReport word = votes.newest(order.stakedIdentity(), order.managed() ? VoteReader.EVERY : VoteReader.UNMANAGED, at);
        return rpc.ask().compose(answers -> {
            Observation seen = new Observation(at, process, answers.slot(), answers.healthy(), answers.slotError(), answers.identity(),
                answers.identityError(), word);
            return seen.identity() != null || !identityCheck.usable() ? Future.succeededFuture(seen) : byCommand(seen, order.fresh());
        });
    }

    private Future<Observation> byCommand(Observation seen, boolean fresh) {
        return identityCheck.identity(fresh)
            .map(identity -> with(seen, identity, null))
            .otherwise(failure -> with(seen, null, seen.identityError() + "; identity_check_command: " + failure.getMessage()));
    }

    private static Observation with(Observation seen, String identity, String error) {
        return new Observation(seen.atNanos(), seen.process(), seen.slot(), seen.healthy(), seen.slotError(), identity, error,
            seen.votes());
    }

    private Future<Identity> whoIsIt() {
        if (config.dryRun()) {
            return Future.succeededFuture(new Identity("[DRY-RUN] Command not executed", null));
        }
        return identityCheck.run(false).map(result -> result.ok() ? new Identity(result.output().trim(), null)
            : new Identity("", "failed to get identity: " + result.failure()));
    }
}
