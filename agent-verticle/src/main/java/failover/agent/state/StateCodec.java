package failover.agent.state;

import failover.agent.decision.DurableAgentState;
import failover.agent.decision.DurableAgentState.Bindings;
import failover.agent.decision.DurableAgentState.InDoubt;
import failover.agent.decision.DurableAgentState.Intent;
import failover.agent.decision.DurableAgentState.Manager;
import failover.agent.decision.DurableAgentState.Terms;
import failover.protocol.Bounds;
import failover.protocol.wire.Action;
import failover.protocol.wire.LastOperation;
import failover.protocol.wire.Role;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** The memory as text: JSON {@code {"format":1,"crc32":…,"memory":{…}}}, so that a torn or edited file is known as such. */
public final class StateCodec {
    private static final int FORMAT = 1;

    private StateCodec() {
    }

    public static String write(DurableAgentState memory) {
        JsonObject body = new JsonObject().put("host_id", memory.hostId()).put("role", memory.role().wire()).put("epoch", memory.epoch())
            .put("staked_identity", memory.stakedIdentity()).put("demoted_at_millis", memory.demotedAtMillis());
        Intent intent = memory.intent();
        body.put("intent", intent == null ? null : new JsonObject().put("action", intent.action().wire())
            .put("operation_id", intent.operationId()).put("epoch", intent.epoch()));
        InDoubt inDoubt = memory.inDoubt();
        body.put("unsettled", inDoubt == null ? null : new JsonObject().put("pid", inDoubt.pid())
            .put("start_ticks", inDoubt.startTicks()));
        LastOperation last = memory.lastOperation();
        body.put("last_operation", last == null ? null : new JsonObject().put("operation_id", last.operationId())
            .put("action", last.action()).put("outcome", last.outcome()).put("message", Bounds.kept(last.message()))
            .put("timestamp", last.timestamp()));
        Bindings bindings = memory.bindings();
        JsonObject bound = new JsonObject().put("manager_id", bindings.managerId()).put("manager_start", bindings.managerStart())
            .put("peer_id", bindings.peerId());
        body.put("bonds", bound);
        // What follows here and below, an agent of the version before ignores: it holds off, after a start, for what its manager grants.
        if (bindings.managed() && bindings.manager().run() != null) {
            bound.put("manager_run", bindings.manager().run());
        }
        if (bindings.leaves() > 0) {
            bound.put("leaves", bindings.leaves());
        }
        if (bindings.leaving() != null) {
            bound.put("leaving", object(bindings.leaving()));
        }
        if (bindings.rival() != null) {
            bound.put("rival", object(bindings.rival()));
        }
        Terms terms = memory.terms();
        body.put("terms", terms == null ? null : new JsonObject().put("lease_ms", terms.leaseMs()).put("fence_ms", terms.fenceMs())
            .put("jitter_ms", terms.jitterMs()));
        body.put("identity_read", memory.identityRead());
        if (memory.promisedMs() > 0) {
            body.put("promised_ms", memory.promisedMs());
        }
        if (memory.knownPassive()) {
            body.put("known_passive", true);
        }
        if (memory.gaveUp() != null) {
            body.put("gave_up", memory.gaveUp());
        }
        return new JsonObject().put("format", FORMAT).put("crc32", checksum(body)).put("memory", body).encode() + "\n";
    }

    public static DurableAgentState read(byte[] content) throws Unreadable {
        if (content.length == 0) {
            throw new Unreadable("it is empty");
        }
        try {
            JsonObject whole = new JsonObject(Buffer.buffer(content));
            if (whole.getInteger("format", 0) != FORMAT) {
                throw new Unreadable("its format is " + whole.getValue("format") + ", this program reads " + FORMAT);
            }
            JsonObject body = whole.getJsonObject("memory");
            if (body == null || !checksum(body).equals(whole.getString("crc32"))) {
                throw new Unreadable("its checksum is wrong: it was torn or edited");
            }
            return memory(body);
        } catch (DecodeException e) {
            throw new Unreadable("it is torn: no JSON");
        } catch (RuntimeException e) {
            throw new Unreadable("a field is missing or has the wrong type: " + e.getMessage());
        }
    }

    private static DurableAgentState memory(JsonObject body) throws Unreadable {
        Role role = Role.of(body.getString("role"));
        String hostId = body.getString("host_id");
        if (role == null || hostId == null || hostId.isEmpty()) {
            throw new Unreadable("role or host_id is missing");
        }
        JsonObject intent = body.getJsonObject("intent");
        JsonObject inDoubt = body.getJsonObject("unsettled");
        JsonObject last = body.getJsonObject("last_operation");
        // Absent from the file of a version without leases.
        JsonObject bindings = body.getJsonObject("bonds");
        JsonObject terms = body.getJsonObject("terms");
        return new DurableAgentState(hostId, role, count(body, "epoch"), body.getString("staked_identity"),
            cut(body, "demoted_at_millis", Bounds.LAST_SECOND * 1000),
            intent == null ? null : new Intent(Action.of(String.valueOf(intent.getString("action")))
                .orElseThrow(() -> new Unreadable("its intent names no action")),
                id(intent, "operation_id"), count(intent, "epoch")),
            inDoubt == null ? null : new InDoubt(number(inDoubt, "pid"), number(inDoubt, "start_ticks")),
            last == null ? null : new LastOperation(id(last, "operation_id"), last.getString("action"), last.getString("outcome"),
                Bounds.kept(last.getString("message")), cut(last, "timestamp", Bounds.LAST_SECOND)),
            bindings == null ? Bindings.NONE : bindings(bindings),
            // An earlier version took longer leases than a fencer takes.
            terms == null ? null : new Terms(cut(terms, "lease_ms", Bounds.LONGEST_LEASE_MS), cut(terms, "fence_ms",
                Bounds.LONGEST_LEASE_MS), cut(terms, "jitter_ms", Bounds.LONGEST_LEASE_MS)),
            body.getBoolean("identity_read", false), Math.min(Bounds.LONGEST_WAIT_MS, Math.max(0, body.getLong("promised_ms", 0L))),
            body.getBoolean("known_passive", false), id(body, "gave_up"));
    }

    private static Bindings bindings(JsonObject bindings) throws Unreadable {
        JsonObject leaving = bindings.getJsonObject("leaving");
        return new Bindings(bindings.getString("manager_id") == null ? null : manager(bindings), bindings.getString("peer_id"),
            leaving == null ? null : manager(leaving), bindings.containsKey("leaves") ? count(bindings, "leaves") : 0,
            bindings.containsKey("rival") ? manager(bindings.getJsonObject("rival")) : null);
    }

    private static JsonObject object(Manager manager) {
        return new JsonObject().put("manager_id", manager.id()).put("manager_start", manager.start()).put("manager_run", manager.run());
    }

    private static Manager manager(JsonObject object) throws Unreadable {
        if (object.getString("manager_id") == null) {
            throw new Unreadable("a manager_id is missing");
        }
        return new Manager(object.getString("manager_id"), count(object, "manager_start"), object.getString("manager_run"));
    }

    /** An earlier version took ids of any length. */
    private static String id(JsonObject object, String field) {
        return Bounds.line(object.getString(field), Bounds.LONGEST_ID);
    }

    private static long number(JsonObject object, String field) throws Unreadable {
        Long value = object.getLong(field);
        if (value == null) {
            throw new Unreadable("the number " + field + " is missing");
        }
        return value;
    }

    private static long count(JsonObject object, String field) throws Unreadable {
        long value = number(object, field);
        if (value < 0 || value > Bounds.HIGHEST_COUNT) {
            throw new Unreadable(field + " is " + value + ", which no manager can have sent");
        }
        return value;
    }

    private static long cut(JsonObject object, String field, long most) throws Unreadable {
        return Math.min(most, Math.max(0, number(object, field)));
    }

    private static String checksum(JsonObject body) {
        CRC32 crc = new CRC32();
        crc.update(body.encode().getBytes(StandardCharsets.UTF_8));
        return String.format(java.util.Locale.ROOT, "%08x", crc.getValue());
    }

    /** The content is no state file; the message is the reason. */
    public static final class Unreadable extends IOException {
        Unreadable(String message) {
            super(message);
        }
    }
}
