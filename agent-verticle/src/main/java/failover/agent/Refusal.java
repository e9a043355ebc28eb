package failover.agent;

import failover.protocol.wire.GoJson;

/** A request is answered with a status other than 200 and the text that the original has for it. Costs no stack trace. */
final class Refusal extends RuntimeException {
    private final int status;
    private final boolean closing;

    private Refusal(int status, String text, boolean closing) {
        super(text, null, false, false);
        this.status = status;
        this.closing = closing;
    }

    static Refusal method() {
        return new Refusal(405, "Method not allowed", false);
    }

    static Refusal forbidden() {
        return new Refusal(403, "Forbidden", false);
    }

    static Refusal badBody() {
        return new Refusal(400, "Invalid request body", false);
    }

    /** The original's words, and behind them what it does not say: which field of ours lies outside its bounds. */
    static Refusal badBody(GoJson.BadJson why) {
        return why.field().isEmpty() ? badBody() : new Refusal(400, "Invalid request body: " + why.getMessage(), false);
    }

    static Refusal badRequest(String why) {
        return new Refusal(400, "Bad request: " + why, true);
    }

    static Refusal browser(String why) {
        return new Refusal(403, "Forbidden: " + why + "; this is no place for web pages", false);
    }

    static Refusal notFound() {
        return new Refusal(404, "404 page not found", false);
    }

    static Refusal bodyTooLarge(int largest) {
        return new Refusal(413, "Request body is larger than " + largest + " bytes", true);
    }

    static Refusal tooManyBodies() {
        return new Refusal(503, "Too many requests are being sent at once", true);
    }

    static Refusal tooManyChanges() {
        return new Refusal(503, "Too many requests for a change of role are waiting", false);
    }

    static Refusal stopping() {
        return new Refusal(503, "The agent is stopping", false);
    }

    static Refusal notObserved(Throwable why) {
        return new Refusal(503, "The validator could not be observed: " + why.getMessage(), false);
    }

    int status() {
        return status;
    }

    /** The rest of the request is not worth reading: the connection ends with the answer. */
    boolean closing() {
        return closing;
    }
}
