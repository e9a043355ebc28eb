package failover.testbed.cli;

import failover.testbed.Http;
import failover.testbed.Log;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code failover-testbed judge URL}: the verdict in a few lines; exit code 1 if it is guilty. */
@Command(name = "judge", mixinStandardHelpOptions = true,
    description = "Prints what the judge has seen. Exit code 0: clean, 1: two validators could have voted, or did.")
public final class JudgeCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "URL", description = "The cluster's first port.")
    private String url;
    @Option(names = "--reset", description = "Forget the past afterwards.")
    private boolean reset;
    @Option(names = "--json", description = "Print the whole report as JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        JsonObject report = Http.get(url + "/judge");
        Log.print(json ? report.encodePrettily() : text(report));
        if (reset) {
            Http.post(url + "/judge/reset", null);
        }
        return "clean".equals(report.getString("verdict")) ? 0 : 1;
    }

    /** The report for people. */
    public static String text(JsonObject report) {
        StringBuilder text = new StringBuilder(400);
        text.append("verdict        ").append(report.getString("verdict")).append(": double votes ").append(report.getLong("double_votes"))
            .append(", lockout violations ").append(report.getLong("lockout_violations")).append(", two carriers for ")
            .append(report.getLong("dual_identity_ms")).append(" ms\n");
        text.append("carries it     ").append(String.join(", ", report.getJsonArray("carriers").stream().map(Object::toString).toList()))
            .append("\nvotes          ").append(report.getJsonObject("votes").encode()).append('\n');
        JsonObject last = report.getJsonObject("last_vote");
        if (last != null) {
            text.append("last vote      slot ").append(last.getLong("slot")).append(" by ").append(last.getString("validator"))
                .append(", ").append(last.getLong("ms_ago")).append(" ms ago\n");
        }
        gap(text, "longest gap    ", report.getJsonObject("longest_gap"));
        gap(text, "last gap       ", report.getJsonObject("last_gap"));
        gap(text, "last handover  ", report.getJsonObject("last_handover"));
        report.getJsonArray("takeovers").forEach(item -> {
            JsonObject taken = (JsonObject) item;
            Long behind = taken.getLong("tower_behind");
            text.append("takeover       ").append(taken.getString("validator")).append(" at ").append(taken.getLong("at_ms"))
                .append(" ms, ").append(behind == null ? "without a tower" : "tower " + behind + " slots behind").append('\n');
        });
        return text.toString().stripTrailing();
    }

    private static void gap(StringBuilder text, String title, JsonObject gap) {
        if (gap != null) {
            text.append(title).append(gap.getLong("ms")).append(" ms (").append(gap.getLong("slots_missed")).append(" slots), ")
                .append(gap.getString("from")).append(" to ").append(gap.getString("to")).append('\n');
        }
    }
}
