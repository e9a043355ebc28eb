package failover.testbed.lab;

import failover.testbed.Http;
import failover.testbed.cli.JudgeCommand;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/** The judge of a lab's cluster. */
public final class JudgeClient {
    private final String url;

    JudgeClient(String clusterUrl) {
        this.url = clusterUrl;
    }

    /** The whole report; its keys are described in docs/testbed.md. */
    public JsonObject report() {
        try {
            return Http.get(url + "/judge");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Forgets votes, gaps and takeovers. */
    public JudgeClient reset() {
        try {
            Http.post(url + "/judge/reset", null);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Slots that two validators have voted for with the same identity. */
    public long doubleVotes() {
        return report().getLong("double_votes");
    }

    /** How long two validators carried the identity at once. */
    public Duration dualIdentity() {
        return Duration.ofMillis(report().getLong("dual_identity_ms"));
    }

    /** Whether nothing wrong was seen: no double vote, no lockout violation, never two carriers. */
    public boolean clean() {
        return "clean".equals(report().getString("verdict"));
    }

    /** The longest time between two successive votes; zero before the second. */
    public Duration longestGap() {
        JsonObject gap = report().getJsonObject("longest_gap");
        return gap == null ? Duration.ZERO : Duration.ofMillis(gap.getLong("ms"));
    }

    /** How many votes a validator has signed since the reset. */
    public long votes(String validator) {
        return report().getJsonObject("votes").getLong(validator, 0L);
    }

    /** Waits until a validator has signed at least one more vote than now. */
    public JudgeClient awaitVotesFrom(String validator, Duration within) {
        long before = votes(validator);
        Await.until("a new vote of validator " + validator, within, () -> votes(validator) > before, this::text);
        return this;
    }

    /** Waits until exactly this validator carries the staked identity and has voted since. */
    public JudgeClient awaitVoter(String validator, Duration within) {
        Await.until("validator " + validator + " alone carries the identity and votes", within, () -> {
            JsonObject report = report();
            JsonObject last = report.getJsonObject("last_vote");
            return report.getJsonArray("carriers").getList().equals(java.util.List.of(validator)) && last != null
                && validator.equals(last.getString("validator"));
        }, this::text);
        return this;
    }

    /** The report for people. */
    public String text() {
        return JudgeCommand.text(report());
    }
}
