package failover.testbed.lab;

/** This machine does not allow, or does not have, what is needed; the message says what. */
public final class NotHere extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** @param what is missing, in a sentence */
    public NotHere(String what) {
        super(what);
    }
}
