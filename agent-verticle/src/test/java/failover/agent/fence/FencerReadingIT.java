package failover.agent.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The script's own reading of a lease against a second one, written from docs/fencer.md: the same files, among them torn, absurd and
 * forged ones, must have the same effect. Seeded: the same files each time.
 */
class FencerReadingIT {
    private static final int CASES = 500;
    private static final long NOW = 1_000_000;
    private static final String BOOT = "11111111-2222-3333-4444-555555555555";
    private static final long KNOWN_START = 500;
    private static final List<String> NUMBERS = List.of("0", "1", "7", "77", "499", "500", "501", "999999", "1600000", "1600001",
            "999999999999999", "1000000000000000", "9223372036854775808", "-1", "+1", "01", "0x10", "1 ", " 1", "1\r", "1e3", "", "a",
            "1=1", "$((1))", "`id`", "*");
    private static final List<String> TEXTS = List.of("", "abc", "a-b_C9", "x".repeat(64), "x".repeat(65), "a b", "a;b", "$(id)", "\u00fc",
            "agave-validator", "x".repeat(15), "x".repeat(16), "*", "a=b", "..", "known");
    private static final List<String> KEYS = List.of("version", "boot_id", "nonce", "seq", "deadline_ms", "agent_pid", "agent_start",
            "command_pgid", "command_start", "validator_pid", "validator_start", "validator_comm", "validator_cgroup", "end");

    @TempDir
    private Path dir;

    static List<String> shells() {
        return FencerRig.shells();
    }

    /** What is known before: a lease of nonce "known", or none ("" and 0). */
    private record Known(String nonce, long seq, long deadline) {
    }

    private static final List<Known> BEFORE = List.of(new Known("", 0, 0), new Known("known", 5, 0), new Known("known", 5, NOW + 5000));

    @ParameterizedTest
    @MethodSource("shells")
    void twoReadersAgreeOnEveryFile(String shell) throws Exception {
        Random random = new Random(20_261_128);
        List<String> expected = new ArrayList<>();
        Map<String, Integer> kinds = new TreeMap<>();
        StringBuilder script = new StringBuilder(". ").append(library()).append('\n')
                .append("say() { :; }\nrunning() { [ \"$1\" = 77 ]; }\ndw_ms=1000 now=").append(NOW).append(" boot_id=").append(BOOT)
                .append(" settled=''\n");
        for (int i = 0; i < CASES; i++) {
            Known known = BEFORE.get(random.nextInt(BEFORE.size()));
            String text = lease(random, known);
            Path place = Files.createDirectories(dir.resolve("case" + i));
            Files.write(place.resolve("lease"), text.getBytes(StandardCharsets.ISO_8859_1));
            script.append("nonce='").append(known.nonce).append("' seq=").append(known.seq).append(" deadline=").append(known.deadline)
                    .append(" agent_pid=66 agent_start=").append(KNOWN_START)
                    .append(" command_pgid=0 command_start=0 validator_pid=3 validator_start=4 validator_comm='' validator_cgroup=''")
                    .append(" taken='' ignored=none problem='' answered=0 fire=0 dir=").append(place)
                    .append("\nread_lease; echo \"").append(i).append(" [$problem] $nonce $seq $deadline $validator_pid\"\n");
            String outcome = model(text, known);
            kinds.merge(outcome.split(" ")[0], 1, Integer::sum);
            expected.add(i + " " + outcome);
        }
        Path file = Files.writeString(dir.resolve("script"), script);
        List<String> command = new ArrayList<>(List.of(shell.split(" ")));
        command.add(file.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> said = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1).lines().toList();
        assertEquals(0, process.waitFor(), () -> "its last words: " + said.subList(Math.max(0, said.size() - 2), said.size()));
        for (int i = 0; i < CASES; i++) {
            int at = i;
            assertEquals(expected.get(i), i < said.size() ? said.get(i) : "nothing",
                    () -> Files.exists(dir.resolve("case" + at + "/lease")) ? read(dir.resolve("case" + at + "/lease")) : "removed");
        }
        for (String kind : List.of("[]", "[lease_damaged]", "[lease_too_long]", "[lease_refused]", "[lease_of_another_boot]")) {
            assertTrue(kinds.getOrDefault(kind, 0) >= 10, "hardly ever tried: " + kinds);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The script without its last line, which would run it. */
    private Path library() throws IOException {
        String text = Files.readString(FencerRig.SCRIPT);
        String functions = text.replaceAll("(?m)^main \"\\$@\"$", "");
        assertTrue(functions.length() < text.length(), "the script does not end with main \"$@\" any more");
        return Files.writeString(dir.resolve("lib"), functions);
    }

    /** A whole lease, spoilt in up to three places, mostly in none or one. */
    private static String lease(Random random, Known known) {
        List<String> lines = new ArrayList<>();
        long seq = 4 + random.nextInt(4);
        String nonce = random.nextBoolean() ? "known" : "other";
        long deadline = random.nextInt(4) == 0 ? 0 : NOW + 599_990 + random.nextInt(20);
        for (String each : List.of("version=1", "boot_id=" + BOOT, "nonce=" + nonce, "seq=" + seq, "deadline_ms=" + deadline,
                "agent_pid=" + (random.nextInt(3) > 0 ? 77 : 78), "agent_start=" + (KNOWN_START - 1 + random.nextInt(3)), "command_pgid=0",
                "command_start=0", "validator_pid=" + random.nextInt(3), "validator_start=9", "validator_comm=v", "validator_cgroup=0::/x",
                "end=" + seq)) {
            lines.add(each);
        }
        for (int spoilt = Math.max(0, random.nextInt(6) - 2); spoilt > 0; spoilt--) {
            spoil(random, lines);
        }
        String text = String.join("\n", lines);
        int cut = random.nextInt(12);
        return cut == 0 ? text.substring(0, random.nextInt(text.length() + 1)) : cut == 1 ? text : text + "\n";
    }

    private static void spoil(Random random, List<String> lines) {
        String key = KEYS.get(random.nextInt(KEYS.size()));
        List<String> values = random.nextInt(4) > 0 ? NUMBERS : TEXTS;
        String line = key + "=" + values.get(random.nextInt(values.size()));
        int at = random.nextInt(lines.size() + 1);
        switch (random.nextInt(6)) {
            case 0:
                lines.add(at, line);
                break;
            case 1:
                lines.remove(Math.min(at, lines.size() - 1));
                break;
            case 2:
                lines.add(at, random.nextBoolean() ? "" : " " + line);
                break;
            case 3:
                for (int i = random.nextInt(80); i > 0; i--) {
                    lines.add(0, "x=" + i);
                }
                break;
            default:
                lines.replaceAll(each -> each.startsWith(key + "=") ? line : each);
        }
    }

    private static String model(String text, Known known) {
        Map<String, String> values = new HashMap<>();
        List<String> lines = text.isEmpty() ? List.of() : List.of(text.split("\n", -1));
        for (String line : lines.subList(0, Math.min(64, lines.size()))) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        String boot = values.getOrDefault("boot_id", "");
        boolean first = "1".equals(values.get("version"));
        if (!whole(values)) {
            return said(first && !boot.isEmpty() && !boot.equals(BOOT) ? "lease_of_another_boot" : "lease_damaged", known);
        }
        long seq = Long.parseLong(values.get("seq"));
        long deadline = Long.parseLong(values.get("deadline_ms"));
        long start = Long.parseLong(values.get("agent_start"));
        if (!boot.equals(BOOT)) {
            return said("lease_of_another_boot", known);
        }
        if (deadline > NOW + 600_000) {
            return said("lease_too_long", known);
        }
        boolean same = values.get("nonce").equals(known.nonce);
        if (same && seq == known.seq) {
            return said("", known);
        }
        boolean newer = start >= KNOWN_START && "77".equals(values.get("agent_pid"));
        boolean obeyed = known.nonce.isEmpty() || (same ? seq > known.seq : known.deadline == 0 && deadline > 0 || newer);
        return obeyed ? "[] " + values.get("nonce") + " " + seq + " " + deadline + " " + values.getOrDefault("validator_pid", "0")
                : said("lease_refused", known);
    }

    private static boolean whole(Map<String, String> values) {
        String seq = values.getOrDefault("seq", "");
        String comm = values.getOrDefault("validator_comm", "");
        if (!"1".equals(values.get("version")) || seq.isEmpty() || !seq.equals(values.get("end")) || comm.length() > 15
                || !values.getOrDefault("nonce", "").matches("[A-Za-z0-9_-]{1,64}")) {
            return false;
        }
        for (String must : List.of("seq", "deadline_ms", "agent_pid", "agent_start")) {
            if (!number(values.getOrDefault(must, ""))) {
                return false;
            }
        }
        for (String may : List.of("command_pgid", "command_start", "validator_pid", "validator_start")) {
            if (!number(values.getOrDefault(may, "0"))) {
                return false;
            }
        }
        return values.get("deadline_ms").equals("0") || !values.getOrDefault("validator_pid", "0").equals("0") || !comm.isEmpty();
    }

    private static boolean number(String text) {
        return text.matches("0|[1-9][0-9]{0,14}");
    }

    private static String said(String problem, Known known) {
        return "[" + problem + "] " + known.nonce + " " + known.seq + " " + known.deadline + " 3";
    }
}
