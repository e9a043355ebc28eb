package failover.manager;

import failover.protocol.HostResolver;
import failover.protocol.Routes;
import failover.protocol.config.Endpoint;
import failover.protocol.config.HostPort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The requests of an operator's shell: one answer, one honest exit code (lesson OM-23: the original said 0 whatever happened). */
final class CliCommands {
    private static final int OK = 200;
    private static final int LONGEST_SHOWN = 500;
    private final WebClient http;
    private final HostResolver names;
    private final PrintStream out;

    private record Answer(int status, String text) {
        boolean succeeded() {
            return status == OK && Boolean.TRUE.equals(json().getValue("success"));
        }

        JsonObject json() {
            try {
                return new JsonObject(text);
            } catch (DecodeException | ClassCastException e) {
                return new JsonObject();
            }
        }

        String message() {
            String message = json().getValue("message") instanceof String said ? said : text.strip();
            return message.length() > LONGEST_SHOWN ? message.substring(0, LONGEST_SHOWN) + "…" : message;
        }
    }

    CliCommands(Vertx vertx, PrintStream out) {
        this.http = WebClient.create(vertx, new WebClientOptions().setFollowRedirects(false)
                .setConnectTimeout((int) Duration.ofSeconds(5).toMillis()));
        this.names = new HostResolver(vertx);
        this.out = out;
    }

    /** Asks the running manager to fail over; 0 only when it says that it did. */
    Future<Integer> trigger(HostPort api, String reason, boolean fenced, boolean staleTower, Duration limit) {
        out.println("Triggering manual failover via " + api + "…");
        Endpoint manager = Endpoint.parse("http://" + new HostPort(api.connectHost(), api.port()));
        JsonObject body = new JsonObject().put("reason", reason).put("fenced", fenced).put("stale_tower", staleTower);
        return send(HttpMethod.POST, manager, Routes.FAILOVER, body, limit).map(answer -> {
            if (answer.succeeded()) {
                out.println(answer.message());
                return 0;
            }
            out.println("Failover failed (HTTP " + answer.status() + "): " + answer.message());
            return 1;
        }).otherwise(failure -> {
            out.println(failure instanceof TimeoutException
                    ? "No answer within " + limit.toSeconds() + " s: the outcome is unknown; look at the manager's log before anything else"
                    : "Is the manager running on this host? " + api + ": " + reason(failure));
            return 1;
        });
    }

    /** Asks the running manager to begin no failover, or to begin them again; 0 only when that is in force. */
    Future<Integer> pause(HostPort api, boolean pause, String reason, Duration limit) {
        Endpoint manager = Endpoint.parse("http://" + new HostPort(api.connectHost(), api.port()));
        return send(HttpMethod.POST, manager, pause ? Routes.PAUSE : Routes.RESUME, new JsonObject().put("reason", reason), limit)
                .map(answer -> {
                    boolean done = answer.succeeded() && Boolean.valueOf(pause).equals(answer.json().getValue("in_force"));
                    out.println(answer.succeeded() ? answer.message() : "Refused (HTTP " + answer.status() + "): " + answer.message());
                    return done ? 0 : 1;
                }).otherwise(failure -> {
                    out.println(failure instanceof TimeoutException ? "No answer within " + limit.toSeconds() + " s: look at GET /state"
                            : "Is the manager running on this host? " + api + ": " + reason(failure));
                    return 1;
                });
    }

    /** Stops the agents one after the other, the active one first as far as they say; a failure spares the rest. */
    Future<Integer> shutdown(List<Endpoint> agents, Duration limit) {
        if (agents.isEmpty()) {
            out.println("At least one validator endpoint is required for --shutdown-agent (--active, --passive, or --config)");
            return Future.succeededFuture(1);
        }
        if (agents.size() == 1) {
            return stop(agents.get(0), limit).map(stopped -> stopped ? 0 : 1);
        }
        Endpoint first = agents.get(0);
        Endpoint second = agents.get(1);
        // Who is active is asked, not believed: the order of the configuration may be older than the last failover.
        return isActive(second, limit).compose(swap -> {
            Endpoint leading = swap ? second : first;
            Endpoint following = swap ? first : second;
            return stop(leading, limit).compose(stopped -> {
                if (!stopped) {
                    out.println(following + ": left alone, because " + leading + " was not stopped");
                    return Future.succeededFuture(1);
                }
                return stop(following, limit).map(both -> both ? 0 : 1);
            });
        });
    }

    private Future<Boolean> isActive(Endpoint agent, Duration limit) {
        return send(HttpMethod.GET, agent, Routes.STATUS, new JsonObject(), limit)
                .map(answer -> Boolean.TRUE.equals(answer.json().getValue("is_active"))).otherwise(false);
    }

    private Future<Boolean> stop(Endpoint agent, Duration limit) {
        JsonObject body = new JsonObject().put("reason", "Manager requested shutdown").put("timestamp", Instant.now().getEpochSecond());
        return send(HttpMethod.POST, agent, Routes.SHUTDOWN, body, limit).map(answer -> {
            out.println(agent + ": " + (answer.succeeded() ? answer.message()
                    : "refused (HTTP " + answer.status() + "): " + answer.message()));
            return answer.succeeded();
        }).otherwise(failure -> {
            out.println(agent + ": " + (failure instanceof TimeoutException
                    ? "no answer within " + limit.toSeconds() + " s" : reason(failure)));
            return false;
        });
    }

    private Future<Answer> send(HttpMethod method, Endpoint server, String path, JsonObject body, Duration limit) {
        return names.server(server).compose(address -> {
            HttpRequest<Buffer> request = http.request(method, address, server.port(), server.authority(), server.target(path))
                    .ssl(server.ssl()).putHeader("Content-Type", "application/json");
            return method == HttpMethod.GET ? request.send() : request.sendJsonObject(body);
        }).map(answer -> new Answer(answer.statusCode(), answer.body() == null ? "" : answer.bodyAsString()))
                .timeout(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static String reason(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
}
