package failover.agent;

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

    static Refusal notFound() {
        return new Refusal(404, "404 page not found", false);
    }

    static Refusal bodyTooLarge(int largest) {
        return new Refusal(413, "Request body is larger than " + largest + " bytes", true);
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
