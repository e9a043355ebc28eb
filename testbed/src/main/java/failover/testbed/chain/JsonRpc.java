package failover.testbed.chain;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** JSON-RPC 2.0 as Agave's server speaks it: single and batch requests, its error shapes, its answers to what is no request. */
public final class JsonRpc {

    /** The methods behind an endpoint. A future that never completes is a call that hangs; an {@link RpcError} is answered as such. */
    @FunctionalInterface
    public interface Methods {
        /** Called on the event loop. */
        Future<Object> call(String method, JsonArray params);
    }

    private JsonRpc() {
    }

    /** Serves one HTTP request on its event loop. */
    public static void serve(HttpServerRequest request, Methods methods) {
        if (!HttpMethod.POST.equals(request.method())) {
            request.response().setStatusCode(405).end("Used HTTP Method is not allowed. POST or OPTIONS is required\n");
            return;
        }
        String type = request.getHeader("Content-Type");
        if (type == null || !type.toLowerCase(java.util.Locale.ROOT).startsWith("application/json")) {
            request.response().setStatusCode(415)
                .end("Supplied content type is not allowed. Content-Type: application/json is required\n");
            return;
        }
        request.body().compose(body -> answer(body, methods)).onSuccess(answer -> {
            if (!request.response().closed()) {
                request.response().putHeader("Content-Type", "application/json; charset=utf-8").end(Json.encode(answer) + "\n");
            }
        });
    }

    private static Future<Object> answer(Buffer body, Methods methods) {
        Object value;
        try {
            value = Json.decodeValue(body);
        } catch (DecodeException e) {
            return Future.succeededFuture(error(null, new RpcError(RpcError.PARSE, "Parse error")));
        }
        if (value instanceof JsonArray batch && !batch.isEmpty()) {
            List<Future<JsonObject>> answers = new ArrayList<>();
            batch.forEach(one -> answers.add(one(one, methods)));
            return Future.all(answers).map(all -> new JsonArray(all.list()));
        }
        return one(value, methods).map(answer -> answer);
    }

    /** Answers one request object; never fails. */
    public static Future<JsonObject> one(Object value, Methods methods) {
        if (!(value instanceof JsonObject request) || !(request.getValue("method") instanceof String method)) {
            return Future.succeededFuture(error(null, new RpcError(-32600, "Invalid request")));
        }
        Object id = request.getValue("id");
        Object params = request.getValue("params");
        if (params != null && !(params instanceof JsonArray)) {
            return Future.succeededFuture(error(id, new RpcError(RpcError.INVALID_PARAMS, "`params` should be an array")));
        }
        Future<Object> result;
        try {
            result = methods.call(method, params == null ? new JsonArray() : (JsonArray) params);
        } catch (RpcError e) {
            result = Future.failedFuture(e);
        } catch (ClassCastException | IndexOutOfBoundsException e) {
            result = Future.failedFuture(new RpcError(RpcError.INVALID_PARAMS, "Invalid params: wrong type."));
        }
        return result.map(r -> new JsonObject().put("jsonrpc", "2.0").put("result", r).put("id", id))
            .otherwise(e -> error(id, e instanceof RpcError known ? known
                : new RpcError(RpcError.INTERNAL, String.valueOf(e.getMessage()))));
    }

    /** The answer that carries an error. */
    public static JsonObject error(Object id, RpcError error) {
        return new JsonObject().put("jsonrpc", "2.0").put("error", error.toJson()).put("id", id);
    }
}
