package failover.testbed.sim;

import failover.manager.decision.DurableManagerState;
import failover.manager.decision.DurableManagerState.Phase;
import failover.manager.decision.Host;
import failover.manager.decision.ManagerOptions;
import failover.manager.decision.Policy;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.Grant;
import failover.protocol.wire.VoteReport;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a promotion must rest on when it goes out (INV-5, INV-6, INV-8), by the model's knowledge and not by the manager's. */
final class InvariantChecker {
    /** Slots for which votes have landed: any source that works has seen one. */
    private static final long ENOUGH = 45;
    /** Where so many sources are asked, one alone proves nothing. */
    private static final int SOURCES_NEEDED = 2;

    private final SimContext world;
    private ManagerOptions rules;
    private final Cluster cluster;
    private final Sources sources;
    private final SimDisk<DurableManagerState> disk;
    private final Map<String, Witness> witnesses = new TreeMap<>();
    /** Whoever has ever told the manager of votes, also before it was started anew, as far as its state file was not taken from it. */
    private final Set<String> worked = new TreeSet<>();
    private final long[] lastCall = {-1, -1};
    /** The operation whose first command went out without a durable intent. */
    private String uncovered = "";
    private String operation = "";
    /** Why the promotion that is decided on must not rest on silence; {@code null} when it may. */
    private String unproved;
    private DurableManagerState.Intent decided;

    InvariantChecker(SimContext world, Cluster cluster, Sources sources, SimDisk<DurableManagerState> disk) {
        this.sources = sources;
        this.world = world;
        this.cluster = cluster;
        this.disk = disk;
    }

    /** The manager starts anew by these rules, and knows nothing of what sources said. */
    void started(ManagerOptions its) {
        rules = its;
        witnesses.clear();
    }

    /** Who has told of votes by now: what a copy of the state file that is made now knows of. */
    Set<String> worked() {
        return new TreeSet<>(worked);
    }

    /** The state file is another one from now on, by which those have told (E6: who has told is kept there and nowhere else). */
    void remembers(Set<String> told) {
        worked.clear();
        worked.addAll(told);
        // Whoever has forgotten its operations may come to the same names.
        uncovered = "";
        operation = "";
    }

    /** A source was asked then, and the manager has its answer now. */
    void told(String source, VoteReport word, long askedAt) {
        witnesses.computeIfAbsent(source, name -> new Witness()).said(word, askedAt);
        if (word.error() == null) {
            worked.add(source);
        }
    }

    /** The time the manager lives through: its host's sleep does not count, as its monotonic clock does not. */
    long time() {
        long now = world.agenda().now();
        return now - world.clock(SimContext.MANAGER).slept(now);
    }

    /** The name of the source beside that host. */
    static String beside(Host host) {
        return "[" + host + "]";
    }

    /**
     * A command goes out.
     *
     * @param holder whom the manager takes for the holder, as {@code /state} names it; {@code null} when nobody
     */
    void command(Host host, FailoverRequest request, String holder) {
        DurableManagerState durable = disk.read();
        DurableManagerState.Intent intent = durable == null ? null : durable.intent();
        boolean covered = intent != null && intent.operationId().equals(request.operationId());
        if (!operation.equals(request.operationId())) {
            operation = request.operationId();
            uncovered = covered ? "" : operation;
        }
        if (Action.BECOME_PASSIVE.wire().equals(request.action())) {
            lastCall[host.ordinal()] = time();
            return;
        }
        if (world.paused() && request.grant() != null && request.grant().automatic()) {
            world.violated("INV-7: a promotion is ordered automatically while a pause is in force");
        }
        rests(host, request, durable, covered ? intent : null);
        Grant grant = request.grant();
        if (grant != null && !grant.otherPassive() && !grant.fenced()) {
            onSilence(host.other());
        }
        boolean automatic = grant != null && grant.automatic();
        world.ledger().promotes(host.ordinal(), automatic, rules.failoverCooldown(), host.label().equals(holder));
    }

    /** INV-5: epoch, intent and step are on the disk before the command, the intent before the first command of the move. */
    private void rests(Host host, FailoverRequest request, DurableManagerState durable, DurableManagerState.Intent intent) {
        if (intent == null || uncovered.equals(request.operationId())) {
            world.violated("INV-5: a promotion without a durable intent");
        } else if (host != (intent.step() == Phase.RESTORING ? intent.from() : intent.to())
                || intent.step() != Phase.RESTORING && intent.step() != Phase.PROMOTING) {
            world.violated("INV-5: the durable intent is another one: " + intent);
        } else if (durable.epoch() < request.epoch()) {
            world.violated("INV-5: a promotion at an epoch that is not durable: " + request.epoch() + " after " + durable.epoch());
        } else if (intent.reason() == null || intent.reason().isEmpty()) {
            world.violated("INV-5: the durable intent does not say why");
        }
    }

    private boolean required() {
        Policy.VoteEvidence evidence = rules.policy().evidence();
        return evidence == Policy.VoteEvidence.REQUIRED
                || evidence == Policy.VoteEvidence.AUTO && !worked.isEmpty();
    }

    /**
     * The manager decides on a promotion, and what it rests on is written down. This is the instant for which INV-6 is asked: one that
     * stands still between its decision and its command sends it late, and the token in it (E11) is what that is held against.
     */
    void decides(DurableManagerState.Intent intent) {
        if (Objects.equals(intent, decided)) {
            return;
        }
        decided = intent;
        unproved = null;
        if (intent == null || intent.step() != Phase.PROMOTING && intent.step() != Phase.RESTORING || !looked()) {
            return;
        }
        Host suspect = intent.step() == Phase.RESTORING ? intent.to() : intent.from();
        int asked = 0;
        int still = 0;
        boolean twice = false;
        for (int i = 0; i < rules.policy().sources().size(); i++) {
            String source = rules.policy().sources().get(i);
            if (sources.beside(i) == suspect.ordinal() || !worked.contains(source)) {
                continue;
            }
            int said = look(source, suspect);
            // The RPC beside the other host is one node, whatever it is called.
            twice |= sources.beside(i) >= 0 && said > 0;
            still += sources.beside(i) >= 0 ? 0 : said;
            asked++;
        }
        String other = beside(suspect.other());
        if (witnesses.containsKey(other) && worked.contains(other)) {
            still += look(other, suspect) > 0 || twice ? 1 : 0;
            asked++;
        } else {
            still += twice ? 1 : 0;
        }
        if (unproved == null && required() && still < Math.min(SOURCES_NEEDED, asked)) {
            unproved = "INV-6: a host is replaced while what its votes do is not known: " + witnesses;
        } else if (unproved == null && required() && !intent.reason().contains("does not vote")) {
            unproved = "INV-5: a silent host is replaced, and the evidence is not durable: " + intent;
        }
    }

    private boolean looked() {
        return rules.policy().evidence() != Policy.VoteEvidence.OFF;
    }

    /** INV-6: what the sources have said of the votes of a host that did not say that it is passive. */
    private void onSilence(Host suspect) {
        if (looked() && cluster.landingFor(suspect.ordinal(), ENOUGH) && !onAnotherFork(suspect)) {
            world.violated("INV-6: a host is replaced although its votes land");
        } else if (unproved != null) {
            world.violated(unproved);
        }
    }

    /** Nobody has ever told of votes but the node beside the other host, and that one is on a fork of its own, where no new vote lands. */
    private boolean onAnotherFork(Host suspect) {
        for (int i = 0; i < rules.policy().sources().size(); i++) {
            int host = sources.beside(i);
            if (worked.contains(rules.policy().sources().get(i)) && (host < 0 || !sources.onAFork(host))) {
                return false;
            }
        }
        return sources.onAFork(suspect.other().ordinal());
    }

    private int look(String source, Host suspect) {
        Witness witness = witnesses.getOrDefault(source, new Witness());
        boolean surpassed = witnesses.values().stream().anyMatch(other -> other.surpasses(witness, lastCall[suspect.ordinal()], time()));
        if (witness.progress(cluster.slot()) && !surpassed) {
            unproved = "INV-6: a host is replaced although " + source + " sees votes: " + witness;
        }
        return witness.still(lastCall[suspect.ordinal()], time()) ? 1 : 0;
    }
}
