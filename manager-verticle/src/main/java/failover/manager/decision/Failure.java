package failover.manager.decision;

/**
 * Why a request to an agent gave no answer.
 *
 * @param kind what is known of it
 * @param detail for people: the host's words or the system's
 */
public record Failure(Kind kind, String detail) {

    /** What is known of an exchange that gave no answer. */
    public enum Kind {
        /** The connection was refused, or never came about: the request was not delivered. */
        NOT_DELIVERED,
        /** No answer in time, or the connection broke: the request may have been obeyed. */
        NO_ANSWER,
        /** An answer that is not an agent's: HTTP status, HTML, half a body. */
        GARBAGE
    }
}
