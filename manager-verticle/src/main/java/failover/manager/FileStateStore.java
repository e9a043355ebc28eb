package failover.manager;

import failover.manager.decision.ChainTip;
import failover.manager.decision.DurableManagerState;
import failover.manager.decision.DurableManagerState.HostRecord;
import failover.manager.decision.DurableManagerState.Intent;
import failover.manager.decision.DurableManagerState.LastTower;
import failover.manager.decision.DurableManagerState.Pause;
import failover.manager.decision.DurableManagerState.Phase;
import failover.manager.decision.DurableManagerState.Terms;
import failover.manager.decision.Host;
import failover.protocol.Bounds;
import failover.protocol.StateFile;
import failover.protocol.wire.FinalTower;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code manager.json} in the {@code state_dir}: what a manager remembers (E10). The disk is touched on worker threads only, one write at a
 * time; what is asked for meanwhile waits as one, the newest, which has everything of those before it: a disk that hangs is not left with a
 * row of writes. Nothing is written that {@link #decode} would not read back.
 */
final class FileStateStore {
    private static final Logger LOG = LoggerFactory.getLogger(FileStateStore.class);
    private static final int FORMAT = 1;
    private static final long WALL = Bounds.LAST_SECOND * 1000;
    private static final int MOST_NAMES = 64;

    /** A write that takes longer than this is told to whoever asks after the manager's health. */
    private static final Duration SLOW = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final StateFile file;
    private final Path stateDir;
    /** What is to be written next, and who waits for it; {@code null} when nothing is. Like what follows, under this object's lock. */
    private DurableManagerState next;
    private Promise<Void> waiting;
    private Promise<Void> underWay;
    private boolean writing;
    private long writingSince;
    private String trouble;

    private FileStateStore(Vertx vertx, StateFile file, Path stateDir) {
        this.vertx = vertx;
        this.file = file;
        this.stateDir = stateDir;
    }

    /**
     * An open file and what it says.
     *
     * @param file locked
     * @param memory always with a manager id that is durable
     */
    record Opened(FileStateStore file, DurableManagerState memory) {
    }

    /** Locks and reads; a manager that has no memory yet gets its id. Fails with a message that says what to do. */
    static Future<Opened> open(Vertx vertx, Path stateDir) {
        return vertx.executeBlocking(() -> {
            StateFile file = StateFile.open(stateDir, "manager");
            try {
                StateFile.Found<DurableManagerState> found = file.read(FileStateStore::decode);
                DurableManagerState memory = found.value().orElseGet(() ->
                        DurableManagerState.fresh(UUID.randomUUID().toString()));
                if (found.warning() != null) {
                    LOG.error("{}, which may lack the last change: a move, a pause. What it says of hosts that cannot sign is not believed",
                            found.warning());
                    memory = ofBefore(memory);
                }
                if (found.value().isEmpty()) {
                    file.write(encode(memory), FileStateStore::decode);
                }
                return new Opened(new FileStateStore(vertx, file, stateDir), memory);
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        }, false);
    }

    /**
     * A memory that is not the newest. The change that it lacks may be a become_active that went out: that a host could not sign, and that
     * somebody stood behind it, was before that, and is to be said again by the host itself.
     */
    private static DurableManagerState ofBefore(DurableManagerState memory) {
        DurableManagerState unproven = memory;
        for (Host host : Host.values()) {
            HostRecord known = memory.host(host);
            unproven = unproven.with(host, new HostRecord(known.endpoint(), known.id(), known.issued(), 0, known.peerId(), false,
                    known.unleased()));
        }
        return unproven;
    }

    /** Durable when it succeeds, this one or a newer one; when it fails, the old memory is intact. */
    synchronized Future<Void> save(DurableManagerState memory) {
        next = memory;
        waiting = waiting == null ? Promise.promise() : waiting;
        Future<Void> mine = waiting.future();
        if (!writing) {
            write();
        }
        return mine;
    }

    private void write() {
        DurableManagerState memory = next;
        Promise<Void> promise = waiting;
        next = null;
        waiting = null;
        underWay = promise;
        writing = true;
        writingSince = System.nanoTime();
        vertx.<Void>executeBlocking(() -> {
            file.write(encode(memory), FileStateStore::decode);
            return null;
            // Not in the row of other blocking work: a disk that hangs holds nobody else up.
        }, false).onComplete(written -> {
            synchronized (this) {
                writing = false;
                trouble = written.failed() ? String.valueOf(written.cause().getMessage()) : null;
                if (next != null) {
                    write();
                }
            }
            promise.handle(written);
        });
    }

    /** What is wrong with the disk, with what to do; {@code null} when nothing is. */
    synchronized String trouble() {
        Duration taken = Duration.ofNanos(System.nanoTime() - writingSince);
        if (writing && taken.compareTo(SLOW) > 0) {
            return "manager.json has been being written for " + taken.toSeconds() + " s: the disk under state_dir " + stateDir
                    + " hangs, and nothing can be moved before it answers";
        }
        return trouble == null ? null : "manager.json was not written (" + trouble + "): nothing can be moved while state_dir " + stateDir
                + " cannot be written to";
    }

    /** After the writes under way; lets another manager in. */
    Future<Void> close() {
        return idle().transform(written -> vertx.executeBlocking(() -> {
            file.close();
            return null;
        }, false));
    }

    private synchronized Future<Void> idle() {
        return waiting != null ? waiting.future() : writing ? underWay.future() : Future.succeededFuture();
    }

    static byte[] encode(DurableManagerState memory) {
        JsonObject json = new JsonObject().put("format", FORMAT).put("manager_id", memory.managerId()).put("epoch", memory.epoch());
        if (memory.holder() != null) {
            json.put("holder", memory.holder().label());
        }
        for (Host host : Host.values()) {
            HostRecord known = memory.host(host);
            json.put(host.label() + "_endpoint", known.endpoint()).put(host.label() + "_id", known.id())
                    .put(host.label() + "_issued", known.issued()).put(host.label() + "_passive", known.passive());
            if (known.peerId() != null) {
                json.put(host.label() + "_peer_id", known.peerId());
            }
            if (known.attested()) {
                json.put(host.label() + "_attested", true);
            }
            if (known.unleased()) {
                json.put(host.label() + "_unleased", true);
            }
        }
        json.put("moved_at_ms", memory.movedAtMillis());
        Intent intent = memory.intent();
        if (intent != null) {
            json.put("intent", new JsonObject().put("operation_id", intent.operationId()).put("from", intent.from().label())
                    .put("to", intent.to().label()).put("step", intent.step().name().toLowerCase(Locale.ROOT))
                    .put("reason", Bounds.kept(intent.reason())));
        }
        json.put("start", memory.start());
        if (memory.stalledVote() != 0) {
            json.put("stalled_vote", memory.stalledVote());
        }
        if (memory.pause() != null) {
            json.put("pause", new JsonObject().put("reason", Bounds.kept(memory.pause().reason()))
                    .put("since_ms", memory.pause().sinceMillis()));
        }
        if (memory.tip() != null) {
            json.put("tip", new JsonObject().put("slot", memory.tip().slot()).put("wall_ms", memory.tip().wallMillis())
                    .put("sources", new JsonArray(memory.tip().sources())));
        }
        if (memory.terms() != null) {
            json.put("terms", new JsonObject().put("lease_ms", memory.terms().leaseMs()).put("jitter_ms", memory.terms().jitterMs()));
        }
        LastTower last = memory.lastTower();
        if (last != null) {
            json.put("last_tower", new JsonObject().put("identity", last.identity()).put("last_voted_slot", last.tower().lastVotedSlot())
                    .put("bytes", last.tower().bytes()));
        }
        return (json.encodePrettily() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static DurableManagerState decode(byte[] bytes) throws IOException {
        try {
            if (!(Json.decodeValue(Buffer.buffer(bytes)) instanceof JsonObject json)) {
                throw new IOException("not a manager's memory: no JSON object");
            }
            Integer format = json.getInteger("format");
            if (format == null || format != FORMAT) {
                throw new IOException("format " + format + ", this version reads " + FORMAT);
            }
            String id = json.getString("manager_id");
            Long epoch = json.getLong("epoch");
            if (id == null || id.isEmpty() || epoch == null) {
                throw new IOException("manager_id or epoch is missing");
            }
            JsonObject intent = json.getJsonObject("intent");
            JsonObject tip = json.getJsonObject("tip");
            JsonObject terms = json.getJsonObject("terms");
            JsonObject pause = json.getJsonObject("pause");
            return new DurableManagerState(id, count(json, "start"), count(json, "epoch"), host(json.getString("holder")),
                    known(json, Host.PRIMARY), known(json, Host.SECONDARY), cut(json, "moved_at_ms", WALL), intent == null ? null
                    : new Intent(intent.getString("operation_id"), required(intent, "from"), required(intent, "to"),
                            Phase.valueOf(intent.getString("step", "").toUpperCase(Locale.ROOT)), intent.getString("reason")),
                    pause == null ? null : new Pause(pause.getString("reason", ""), cut(pause, "since_ms", WALL)),
                    tip == null ? null : tip(tip),
                    // It granted longer leases, too, and those are still to be waited for.
                    terms == null ? null : new Terms(cut(terms, "lease_ms", Bounds.LONGEST_SETTING.toMillis()),
                            cut(terms, "jitter_ms", Bounds.LONGEST_TIME_MS)), cut(json, "stalled_vote", Bounds.HIGHEST_SLOT),
                    lastTower(json));
        } catch (RuntimeException e) {
            throw new IOException("not a manager's memory: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        }
    }

    /** One that is damaged is none: a promotion goes on with what the store has, as it did before there was one. */
    private static LastTower lastTower(JsonObject json) {
        if (!(json.getValue("last_tower") instanceof JsonObject last) || !(last.getValue("bytes") instanceof String bytes)
                || !(last.getValue("last_voted_slot") instanceof Number slot) || bytes.length() > Bounds.LARGEST_TOWER_TEXT
                || slot.longValue() < 0 || slot.longValue() > Bounds.HIGHEST_SLOT) {
            return null;
        }
        return new LastTower(last.getValue("identity") instanceof String identity ? identity : null,
                new FinalTower(slot.longValue(), bytes));
    }

    private static HostRecord known(JsonObject json, Host host) throws IOException {
        return new HostRecord(json.getString(host.label() + "_endpoint"), json.getString(host.label() + "_id"),
                count(json, host.label() + "_issued"), count(json, host.label() + "_passive"),
                json.getString(host.label() + "_peer_id"),
                json.getBoolean(host.label() + "_attested", false), json.getBoolean(host.label() + "_unleased", false));
    }

    /** A number that grows by one at a time: what is beyond all reach is damage, and must not be gone on from. */
    private static long count(JsonObject json, String key) throws IOException {
        long value = json.getLong(key, 0L);
        if (value < 0 || value > Bounds.HIGHEST_COUNT) {
            throw new IOException(key + " is " + value + ", it must lie between 0 and " + Bounds.HIGHEST_COUNT);
        }
        return value;
    }

    private static long cut(JsonObject json, String key, long most) {
        return Math.min(most, Math.max(0, json.getLong(key, 0L)));
    }

    /** An earlier version believed any slot. One that can be none is dropped; that a source has worked (E6) is kept. */
    private static ChainTip tip(JsonObject tip) {
        long slot = tip.getLong("slot", 0L);
        return new ChainTip(slot <= 0 || slot > Bounds.HIGHEST_SLOT ? ChainTip.UNTRUSTED : slot, cut(tip, "wall_ms", WALL),
                texts(tip.getJsonArray("sources")));
    }

    /** Names in a list that earlier versions do not write; whatever is none is left out. */
    private static List<String> texts(JsonArray list) {
        return list == null ? List.of() : list.stream().filter(String.class::isInstance).map(String.class::cast).limit(MOST_NAMES).toList();
    }

    private static Host required(JsonObject json, String key) throws IOException {
        Host host = host(json.getString(key));
        if (host == null) {
            throw new IOException("intent." + key + " is missing");
        }
        return host;
    }

    private static Host host(String label) throws IOException {
        if (label == null) {
            return null;
        }
        for (Host host : Host.values()) {
            if (host.label().equals(label)) {
                return host;
            }
        }
        throw new IOException("\"" + label + "\" is no host; primary or secondary is");
    }
}
