package failover.agent.http;

import failover.protocol.wire.GoJson;

/** A request is answered with a status other than 200 and the text that the original has for it. Costs no stack trace. */
public final class HttpError extends RuntimeException {
    private final int status;
    private final boolean closing;

    private HttpError(int status, String text, boolean closing) {
        super(text, null, false, false);
        this.status = status;
        this.closing = closing;
    }

    public static HttpError method() {
        return new HttpError(405, "Method not allowed", false);
    }

    public static HttpError forbidden() {
        return new HttpError(403, "Forbidden", false);
    }

    public static HttpError badBody() {
        return new HttpError(400, "Invalid request body", false);
    }

    /** The original's text, followed by what it does not name: which field of ours lies outside its bounds. */
    public static HttpError badBody(GoJson.BadJson why) {
        return why.field().isEmpty() ? badBody() : new HttpError(400, "Invalid request body: " + why.getMessage(), false);
    }

    public static HttpError badRequest(String why) {
        return new HttpError(400, "Bad request: " + why, true);
    }

    static HttpError browser(String why) {
        return new HttpError(403, "Forbidden: " + why + "; this is no place for web pages", false);
    }

    public static HttpError notFound() {
        return new HttpError(404, "404 page not found", false);
    }

    public static HttpError bodyTooLarge(int largest) {
        return new HttpError(413, "Request body is larger than " + largest + " bytes", true);
    }

    public static HttpError tooManyBodies() {
        return new HttpError(503, "Too many requests are being sent at once", true);
    }

    public static HttpError tooManyChanges() {
        return new HttpError(503, "Too many requests for a change of role are waiting", false);
    }

    public static HttpError stopping() {
        return new HttpError(503, "The agent is stopping", false);
    }

    public static HttpError notObserved(Throwable why) {
        return new HttpError(503, "The validator could not be observed: " + why.getMessage(), false);
    }

    int status() {
        return status;
    }

    /** The rest of the request is not worth reading: the connection ends with the answer. */
    boolean closing() {
        return closing;
    }
}
