package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What the end-to-end tests say again and again. */
final class Pair {
    /** A failover is a matter of seconds; this is for a machine that is busy with other things. */
    static final Duration SOON = Duration.ofSeconds(60);

    private Pair() {
    }

    /** Waits until the manager knows that this host is active and well, and the other fit to take over. */
    static void settled(Lab lab, String active) {
        Await.until("the manager says that " + active + " is active and well", SOON, () -> {
            JsonObject state = state(lab);
            return "no_problem".equals(state.getString("verdict")) && active.equals(state.getString("active"))
                    && state.getJsonArray("hosts").stream().map(JsonObject.class::cast)
                            .allMatch(host -> host.getBoolean("answering") && host.getJsonArray("problems").isEmpty());
        }, () -> state(lab).encode());
    }

    /**
     * Waits until that host's lease stands in its lease file. An agent that is killed between its first lease and that line demotes when it
     * starts again, as it must (E16); who kills one waits for this first.
     */
    static void leaseWritten(Lab lab, String host) throws IOException {
        Path lease = Path.of(new JsonObject(Files.readString(lab.agent(host).config())).getString("lease_dir")).resolve("lease");
        Await.until("the lease of " + host + " is in " + lease, SOON, () -> Files.exists(lease), () -> lab.agent(host).tail());
    }

    static JsonObject state(Lab lab) {
        return lab.manager().get("/state");
    }

    /** The other host votes, and nothing wrong was seen. */
    static void movedTo(Lab lab, String validator) {
        lab.judge().awaitVoter(validator, SOON);
        clean(lab);
    }

    /** Whoever took over last went on with a tower that lacked no vote. */
    static void lastTowerWasTheNewest(Lab lab) {
        JsonArray takeovers = lab.judge().report().getJsonArray("takeovers");
        assertEquals(0, takeovers.getJsonObject(takeovers.size() - 1).getLong("tower_behind", -1L), lab.judge()::text);
    }

    static void clean(Lab lab) {
        assertTrue(lab.judge().clean(), lab.judge()::text);
        assertEquals(0, lab.judge().doubleVotes());
    }

    /** An operator's failover; the answer once it has ended. */
    static HttpResponse<String> failover(Lab lab) {
        return lab.manager().exchange("/failover", new JsonObject().put("reason", "test"));
    }

    /** The holder goes on voting while this time passes, and nobody else does. */
    static void stays(Lab lab, String holder, String other, Duration during) throws Exception {
        lab.judge().reset();
        Await.never(other + " votes", during, () -> lab.judge().votes(other) > 0);
        lab.judge().awaitVotesFrom(holder, SOON);
        clean(lab);
    }
}
