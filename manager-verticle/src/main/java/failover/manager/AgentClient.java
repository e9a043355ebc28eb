package failover.manager;

import failover.manager.decision.Failure;
import failover.manager.decision.Failure.Kind;
import failover.protocol.HostResolver;
import failover.protocol.Routes;
import failover.protocol.config.Endpoint;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.GoJson;
import failover.protocol.wire.StatusRequest;
import failover.protocol.wire.StatusResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * One agent, ours or an original, over HTTP. Polls and commands have connections of their own, so neither a black-holed poll nor a long
 * command delays the other (OM0-1, OM-8). Answers are read as leniently as the original reads them; what cannot be an agent's answer
 * is {@link Kind#GARBAGE}. A command is sent once. On the verticle's context only.
 */
final class AgentClient {
    /** A host that does not answer is still asked every heartbeat; beyond this many the answer is known. */
    static final int POLLS_AT_ONCE = 8;
    private static final int COMMANDS_AT_ONCE = 4;

    private final HttpTransport polls;
    private final HttpTransport commands;

    AgentClient(Vertx vertx, HttpClientAgent client, Endpoint agent) {
        // What the polls have found out of the host's name serves a command, when no name server does.
        HostResolver names = new HostResolver(vertx);
        this.polls = new HttpTransport(vertx, client, names, agent, POLLS_AT_ONCE, true);
        this.commands = new HttpTransport(vertx, client, names, agent, COMMANDS_AT_ONCE, false);
    }

    /** {@code POST /status}; fails with {@link HttpTransport.NoAnswer}. */
    Future<StatusResponse> poll(StatusRequest request, Duration limit) {
        return polls.post(Routes.STATUS, GoJson.encode(request), limit).compose(answer -> understand(answer, StatusResponse.class,
                // Every agent gives its time; {"error":"…"} from a proxy must not read as "the process is not running".
                status -> status.timestamp() != 0 || status.processRunning() || status.validatorSlot() != 0));
    }

    /** {@code POST /failover}; fails with {@link HttpTransport.NoAnswer}. */
    Future<FailoverResponse> command(FailoverRequest request, Duration limit) {
        return commands.post(Routes.FAILOVER, GoJson.encode(request), limit).compose(answer -> understand(answer,
                FailoverResponse.class, response -> response.success() || response.timestamp() != 0 || response.message() != null));
    }

    void close() {
        polls.close();
        commands.close();
    }

    /** Why there is no answer, for an event. */
    static Failure failureOf(Throwable cause) {
        return cause instanceof HttpTransport.NoAnswer none ? none.failure() : new Failure(Kind.NO_ANSWER, String.valueOf(cause));
    }

    private static <T> Future<T> understand(HttpTransport.Answer answer, Class<T> type, Predicate<T> agentlike) {
        if (answer.status() != 200) {
            return garbage("HTTP " + answer.status(), answer);
        }
        try {
            T value = GoJson.decode(answer.body(), type);
            return agentlike.test(value) ? Future.succeededFuture(value) : garbage("not an agent's answer", answer);
        } catch (GoJson.BadJson e) {
            return garbage(e.field().isEmpty() ? "not an agent's JSON" : "not an agent's answer (" + e.getMessage() + ")", answer);
        }
    }

    private static <T> Future<T> garbage(String what, HttpTransport.Answer answer) {
        String shown = HttpTransport.excerpt(answer.body());
        return Future.failedFuture(new HttpTransport.NoAnswer(new Failure(Kind.GARBAGE, shown.isEmpty() ? what : what + ": " + shown)));
    }
}
