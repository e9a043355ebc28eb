package failover.testbed;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Blocking HTTP for tests and commands: each call has a deadline and fails with the URL in its message. */
public final class Http {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    /** An operator's failover is answered when it has ended. */
    private static final Duration LONGEST = Duration.ofSeconds(90);
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT).build();

    private Http() {
    }

    /** The body of a 200; any other status is an error. */
    public static JsonObject get(String url) throws IOException {
        return new JsonObject(expect(url, send(HttpRequest.newBuilder(URI.create(url)).timeout(LIMIT).GET())));
    }

    /** Posts JSON (null: nothing) and returns the body of a 200; any other status is an error. */
    public static JsonObject post(String url, JsonObject body) throws IOException {
        return new JsonObject(expect(url, exchange(url, body)));
    }

    /** Posts JSON and returns whatever comes back, however long the work behind it takes. */
    public static HttpResponse<String> exchange(String url, JsonObject body) throws IOException {
        return send(HttpRequest.newBuilder(URI.create(url)).timeout(LONGEST).header("Content-Type", "application/json")
            .POST(body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body.encode())));
    }

    private static String expect(String url, HttpResponse<String> response) throws IOException {
        if (response.statusCode() != 200) {
            throw new IOException(url + " answered " + response.statusCode() + ": " + response.body().strip());
        }
        return response.body();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        HttpRequest ready = request.build();
        try {
            return CLIENT.send(ready, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IOException(ready.uri() + " does not answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(ready.uri() + ": interrupted while waiting for the answer", e);
        }
    }
}
