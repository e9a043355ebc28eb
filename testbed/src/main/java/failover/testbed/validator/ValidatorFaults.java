package failover.testbed.validator;

import io.vertx.core.json.JsonObject;
import java.util.Locale;

/** How a simulated validator misbehaves. Plain fields owned by its event loop; the words are those of docs/testbed.md. */
final class ValidatorFaults {
    /** What setIdentity does. */
    enum SetIdentity {
        /** Answers and takes effect after the normal latency. */
        NORMAL,
        /** Answers and takes effect together, after {@link #setIdentityMs}. */
        SLOW,
        /** Answers at once, takes effect after {@link #setIdentityMs}. */
        LATE,
        /** Never answers; takes effect after {@link #setIdentityMs}, or never if that is negative. */
        HANG,
        /** Answers an error. */
        REFUSE
    }

    boolean unhealthy;
    boolean stalled;
    boolean frozen;
    boolean starting;
    boolean rpcHangs;
    boolean rpcErrors;
    boolean losesTower;
    long lag;
    long rpcDelayMs;
    /** Each byte of an answer that never ends takes so long; 0: not at all. */
    long rpcDripMs;
    SetIdentity setIdentity = SetIdentity.NORMAL;
    long setIdentityMs;

    /** Applies a fault. False if the words make no sense; then nothing has changed. */
    boolean apply(String name, String argument) {
        if (!argument.matches("[0-9]{0,9}")) {
            return false;
        }
        long number = argument.isEmpty() ? -1 : Long.parseLong(argument);
        boolean needsNumber = switch (name) {
            case "lag", "rpc-slow", "rpc-drip", "set-identity-slow", "set-identity-late" -> true;
            default -> false;
        };
        if (needsNumber && number < 0) {
            return false;
        }
        switch (name) {
            case "clear" -> clear();
            case "unhealthy" -> unhealthy = true;
            case "stall-votes" -> stalled = true;
            case "freeze" -> frozen = true;
            case "starting" -> starting = true;
            case "rpc-hang" -> rpcHangs = true;
            case "rpc-error" -> rpcErrors = true;
            case "no-tower" -> losesTower = true;
            case "lag" -> lag = number;
            case "rpc-slow" -> rpcDelayMs = number;
            case "rpc-drip" -> rpcDripMs = Math.max(1, number);
            case "set-identity-slow" -> setIdentity(SetIdentity.SLOW, number);
            case "set-identity-late" -> setIdentity(SetIdentity.LATE, number);
            case "set-identity-hang" -> setIdentity(SetIdentity.HANG, number);
            case "set-identity-refuse" -> setIdentity(SetIdentity.REFUSE, number);
            case "show" -> { }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void clear() {
        unhealthy = false;
        stalled = false;
        frozen = false;
        starting = false;
        rpcHangs = false;
        rpcErrors = false;
        losesTower = false;
        lag = 0;
        rpcDelayMs = 0;
        rpcDripMs = 0;
        setIdentity(SetIdentity.NORMAL, 0);
    }

    private void setIdentity(SetIdentity mode, long ms) {
        setIdentity = mode;
        setIdentityMs = ms;
    }

    JsonObject toJson() {
        return new JsonObject().put("unhealthy", unhealthy).put("stall_votes", stalled).put("freeze", frozen).put("starting", starting)
            .put("rpc_hang", rpcHangs).put("rpc_error", rpcErrors).put("no_tower", losesTower).put("lag", lag)
            .put("rpc_slow_ms", rpcDelayMs).put("rpc_drip_ms", rpcDripMs)
            .put("set_identity", setIdentity.name().toLowerCase(Locale.ROOT)).put("set_identity_ms", setIdentityMs);
    }
}
