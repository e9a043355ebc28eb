package failover.testbed.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was seen when a {@link Scenario} was played: who could sign when, by the model's truth, and what everybody said. */
final class Play {
    private static final String[] NAMES = {"A", "B", "M", "C"};

    /** Something that is so from that instant on, or was said then. */
    private record Mark(double at, String what) {
    }

    private final Simulation simulation;
    private final List<Mark> signers = new ArrayList<>();
    private final List<Mark> verdicts = new ArrayList<>();
    private final List<Mark> lines = new ArrayList<>();
    private double end;
    private Duration leastLease;

    Play(Simulation simulation) {
        this.simulation = simulation;
        simulation.world().onNote(this::heard);
    }

    private void heard(int who, String line) {
        double now = now();
        lines.add(new Mark(now, NAMES[who] + " " + line));
        if (line.startsWith("verdict=")) {
            String word = line.substring("verdict=".length(), line.indexOf(' '));
            if (verdicts.isEmpty() || !verdicts.get(verdicts.size() - 1).what.equals(word)) {
                verdicts.add(new Mark(now, word));
            }
        }
    }

    /** To be called after every event. */
    void look() {
        String able = (simulation.validator(0).ableToSign() ? "A" : "") + (simulation.validator(1).ableToSign() ? "B" : "");
        if (signers.isEmpty() || !signers.get(signers.size() - 1).what.equals(able)) {
            signers.add(new Mark(now(), able));
        }
    }

    /** The least that was left of a lease while a host held one. */
    void lookAtLease() {
        for (int host = 0; host < 2; host++) {
            Duration left = simulation.agent(host).deadMan().leaseLeft();
            if (left != null && (leastLease == null || left.compareTo(leastLease) < 0)) {
                leastLease = left;
            }
        }
    }

    void ended() {
        end = now();
    }

    private double now() {
        return simulation.world().agenda().now() / 1e9;
    }

    Duration leastLease() {
        return leastLease;
    }

    String violation() {
        return simulation.world().violation();
    }

    /** Who was able to sign at that instant: "A", "B", "AB" or nobody. */
    String signersAt(double second) {
        return at(signers, second);
    }

    /** Who was able to sign at any instant of that time, one after the other. */
    List<String> signersDuring(double from, double to) {
        List<String> found = new ArrayList<>(List.of(signersAt(from)));
        signers.stream().filter(mark -> mark.at > from && mark.at <= to).forEach(mark -> found.add(mark.what));
        return found;
    }

    String verdictAt(double second) {
        return at(verdicts, second);
    }

    /** It was the verdict at some instant of that time. */
    boolean verdictDuring(String verdict, double from, double to) {
        return verdict.equals(verdictAt(from))
                || verdicts.stream().anyMatch(mark -> mark.at > from && mark.at <= to && mark.what.equals(verdict));
    }

    private static String at(List<Mark> marks, double second) {
        String found = "";
        for (Mark mark : marks) {
            if (mark.at <= second) {
                found = mark.what;
            }
        }
        return found;
    }

    /** The first instant from which on that host could sign; -1 when there was none. */
    double promoted(int host, double after) {
        return signers.stream().filter(mark -> mark.at >= after && mark.what.contains(NAMES[host])).mapToDouble(Mark::at).findFirst()
                .orElse(-1);
    }

    /** The longest time in which nobody could sign, from that instant on. */
    double longestGap(double from) {
        return longest("", from);
    }

    /** The longest time in which both could. */
    double longestBoth() {
        return longest("AB", 0);
    }

    private double longest(String who, double from) {
        double most = 0;
        for (int i = 0; i < signers.size(); i++) {
            double until = i + 1 < signers.size() ? signers.get(i + 1).at : end;
            if (signers.get(i).what.equals(who)) {
                most = Math.max(most, until - Math.max(from, signers.get(i).at));
            }
        }
        return most;
    }

    /** How often somebody said something with those words; {@code who} is "A", "B", "M". */
    long said(String who, String words) {
        return lines.stream().filter(mark -> mark.what.startsWith(who + " ") && mark.what.contains(words)).count();
    }

    long saidAfter(double second, String who, String words) {
        return lines.stream().filter(mark -> mark.at >= second && mark.what.startsWith(who + " ") && mark.what.contains(words)).count();
    }

    long moves() {
        return said("M", "=== FAILOVER INITIATED");
    }

    long completed() {
        return said("M", "=== FAILOVER COMPLETE");
    }

    List<Integer> operatorsAnswers() {
        return simulation.manager().operators().answers();
    }

    /** For whoever has to find out what went wrong. */
    String story() {
        StringBuilder text = new StringBuilder();
        signers.forEach(mark -> text.append(String.format(Locale.ROOT, "%n%10.3f able to sign: %s", mark.at, mark.what)));
        lines.forEach(mark -> text.append(String.format(Locale.ROOT, "%n%10.3f %s", mark.at, mark.what)));
        return text.toString();
    }
}
