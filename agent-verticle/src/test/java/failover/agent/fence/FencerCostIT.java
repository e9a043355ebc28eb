package failover.agent.fence;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What the fencer costs the host it guards, over three slices of 3 s (docs/fencer.md has longer runs): armed and renewed every 2 s, and
 * disarmed, under each shell.
 */
class FencerCostIT {

    private static final int SLICES = 3;
    private static final long SLICE_MS = 3_000;
    private static final long BEAT_MS = 2000;

    @Test
    void itTakesLessThanOnePercentOfACoreAndTwoMegabytes() throws Exception {
        List<FencerRig> rigs = new ArrayList<>();
        Map<FencerChannel, ProcessRef> armed = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        try {
            for (String shell : FencerRig.shells()) {
                for (boolean arm : new boolean[] {true, false}) {
                    FencerRig rig = new FencerRig(shell).fencer();
                    rigs.add(rig);
                    names.add(shell + (arm ? " armed" : " disarmed"));
                    FencerChannel link = rig.link(rig.sleeper());
                    ProcessRef validator = rig.sleeper();
                    link.arm(rig.in(60_000), validator);
                    if (arm) {
                        armed.put(link, validator);
                    } else {
                        link.disarm();
                    }
                }
            }
            BootClock clock = BootClock.system();
            double[] least = new double[rigs.size()];
            Arrays.fill(least, Double.MAX_VALUE);
            double[] whole = new double[rigs.size()];
            for (int slice = 0; slice < SLICES; slice++) {
                long start = clock.millis();
                long[] before = ticks(rigs);
                for (long beat = start + BEAT_MS; beat <= start + SLICE_MS; beat += BEAT_MS) {
                    for (Map.Entry<FencerChannel, ProcessRef> each : armed.entrySet()) {
                        each.getKey().arm(clock.millis() + 60_000, each.getValue());
                    }
                    long until = beat;
                    FencerRig.await("the next heartbeat", () -> clock.millis() >= until);
                }
                long[] after = ticks(rigs);
                long took = clock.millis() - start;
                for (int i = 0; i < least.length; i++) {
                    double percent = (after[i] - before[i]) * 10 * 100.0 / took;
                    least[i] = Math.min(least[i], percent);
                    whole[i] += percent / SLICES;
                }
            }
            for (int i = 0; i < least.length; i++) {
                long own = memory(rigs.get(i), "Pss:");
                long all = memory(rigs.get(i), "Rss:");
                System.out.printf("FencerCostIT %s: %.2f %% of a core over %d s (best of %d: %.2f %%), its children included;"
                        + " %d KiB (Rss), of it %d KiB its own (Pss)%n", names.get(i), whole[i], SLICES * SLICE_MS / 1000, SLICES,
                        least[i], all, own);
                // The best slice: on a machine that also builds, cold caches alone double what a fork takes.
                assertTrue(least[i] <= 5.0, names.get(i) + " takes " + least[i] + " %");
                assertTrue(own <= 2048, names.get(i) + " takes " + own + " KiB");
            }
        } finally {
            for (FencerRig rig : rigs) {
                rig.close();
            }
        }
    }

    /** utime + stime + cutime + cstime, in hundredths of a second. */
    private static long[] ticks(List<FencerRig> rigs) throws IOException {
        long[] ticks = new long[rigs.size()];
        for (int i = 0; i < ticks.length; i++) {
            String stat = Files.readString(Path.of("/proc/" + rigs.get(i).fencer.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            for (int field = 11; field <= 14; field++) {
                ticks[i] += Long.parseLong(fields[field]);
            }
        }
        return ticks;
    }

    private static long memory(FencerRig rig, String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + rig.fencer.pid() + "/smaps_rollup")).stream().filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }
}
