package failover.testbed.bench;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The voting validator's process dies, again and again on one lab: once on "a", then on "b", and so on. The manager learns of it by its
 * own polls alone.
 */
final class GapBench {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Pattern INITIATED = Pattern.compile("(?m)^(\\S+ \\S+) .*=== FAILOVER INITIATED ===");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss.SSSSSS", Locale.ROOT);
    /** Keys in which a lab is quicker than an operator's pair: left out, they have their defaults. */
    private static final List<String> QUICK = List.of("heartbeat_interval", "misses_before_failover", "request_timeout",
        "slot_check_interval");

    /**
     * One failover.
     *
     * @param detection from the death to the manager's line
     * @param gap       from the last vote of the one to the first vote of the other
     * @param move      from the manager's line to the first vote of the other
     */
    private record Round(Duration detection, Duration gap, Duration move) {
    }

    private GapBench() {
    }

    /** With the defaults of the manager, as operators run it. */
    static List<Row> asOperated(int rounds) {
        return run("heartbeat 2 s", Duration.ofSeconds(2), rounds, true);
    }

    /** With the short times of a lab. */
    static List<Row> quick(int rounds) {
        return run("heartbeat 400 ms", Duration.ofMillis(400), rounds, false);
    }

    private static List<Row> run(String name, Duration heartbeat, int rounds, boolean defaults) {
        Lab lab = Lab.create().withManager().configure("manager", json -> {
            json.put("failover_cooldown", "1s");
            if (defaults) {
                QUICK.forEach(json::remove);
            }
        });
        List<Round> seen = new ArrayList<>();
        try (lab) {
            lab.start();
            for (int round = 0; round < rounds; round++) {
                String from = round % 2 == 0 ? "a" : "b";
                seen.add(round(lab, from, "a".equals(from) ? "b" : "a", heartbeat));
                lab.validator(from).start();
                lab.validator(from).awaitReady(SOON);
            }
        }
        String what = "dead process, " + name + ": ";
        return List.of(
            Row.spread(what + "death to detection", seen.stream().map(Round::detection).toList(), heartbeat.plusMillis(600)),
            Row.spread(what + "voting gap", seen.stream().map(Round::gap).toList(), null),
            Row.spread(what + "gap − detection", seen.stream().map(round -> round.gap.minus(round.detection)).toList(),
                Duration.ofMillis(500)),
            Row.spread(what + "detection to first vote", seen.stream().map(Round::move).toList(), null));
    }

    private static Round round(Lab lab, String from, String to, Duration heartbeat) {
        settle(lab, from);
        // At any moment between two polls.
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(heartbeat.toNanos()));
        lab.judge().reset().awaitVotesFrom(from, SOON);
        Instant death = Instant.now();
        lab.validator(from).crash();
        lab.judge().awaitVoter(to, SOON);
        JsonObject report = lab.judge().report();
        Instant reported = Instant.now();
        JsonObject gap = report.getJsonObject("longest_gap");
        if (!lab.judge().clean() || !from.equals(gap.getString("from")) || !to.equals(gap.getString("to"))) {
            throw new IllegalStateException("not a failover from " + from + " to " + to + ": " + lab.judge().text() + lab.tails());
        }
        List<Instant> lines = INITIATED.matcher(lab.manager().output()).results().map(GapBench::time).toList();
        Instant initiated = lines.get(lines.size() - 1);
        if (initiated.isBefore(death)) {
            throw new IllegalStateException("the manager began before " + from + " was dead" + lab.manager().tail());
        }
        Instant vote = reported.minusMillis(report.getLong("observed_ms") - gap.getLong("end_ms"));
        return new Round(Duration.between(death, initiated), Duration.ofMillis(gap.getLong("ms")), Duration.between(initiated, vote));
    }

    private static Instant time(MatchResult line) {
        return LocalDateTime.parse(line.group(1), TIME).atZone(ZoneId.systemDefault()).toInstant();
    }

    /** The manager sees the holder well and the other one fit, and a tower of the holder has been handed over since. */
    private static void settle(Lab lab, String holder) {
        Instant since = Instant.now();
        String active = "a".equals(holder) ? "primary" : "secondary";
        Path tower = lab.directory().resolve("shared").resolve("tower.bin");
        Await.until("the manager says that " + holder + " is active and well and the other fit to take over", SOON, () -> {
            JsonObject state = lab.manager().get("/state");
            return "no_problem".equals(state.getString("verdict")) && active.equals(state.getString("active"))
                && state.getJsonArray("hosts").stream().map(JsonObject.class::cast)
                    .allMatch(host -> host.getBoolean("answering") && host.getJsonArray("problems").isEmpty());
        }, () -> lab.manager().get("/state").encode() + lab.tails());
        Await.until("a tower has been handed over", SOON, () -> Files.getLastModifiedTime(tower).toInstant().isAfter(since), lab::tails);
    }
}
