package failover.testbed.chain;

import io.vertx.core.json.JsonObject;

/** A JSON-RPC error object as the failure of a call. */
public final class RpcError extends RuntimeException {
    /** Invalid params. */
    public static final int INVALID_PARAMS = -32602;
    /** Method not found. */
    public static final int NO_METHOD = -32601;
    /** Parse error. */
    public static final int PARSE = -32700;
    /** Internal error. */
    public static final int INTERNAL = -32603;
    /** Agave: the node is unhealthy or behind. */
    public static final int UNHEALTHY = -32005;
    private final int code;
    private final transient JsonObject data;

    /** Without data. */
    public RpcError(int code, String message) {
        this(code, message, null);
    }

    /** With data, which may be null. */
    public RpcError(int code, String message, JsonObject data) {
        super(message, null, false, false);
        this.code = code;
        this.data = data;
    }

    /** The value of "error" in the answer. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject().put("code", code).put("message", getMessage());
        return data == null ? json : json.put("data", data);
    }

    /** What jsonrpc-core answers to an unknown method. */
    public static RpcError noMethod() {
        return new RpcError(NO_METHOD, "Method not found");
    }
}
