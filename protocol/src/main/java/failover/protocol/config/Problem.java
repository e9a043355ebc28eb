package failover.protocol.config;

/**
 * One thing that is wrong with the settings.
 *
 * @param where the file, {@code flag --x} or {@code environment X}
 * @param key the key concerned, dotted for a nested one; empty when the whole file is concerned
 * @param value what was written, {@code ***} for a secret, empty when there is nothing to show
 * @param message what is wrong with it and what would do
 */
public record Problem(String where, String key, String value, String message) {
    @Override
    public String toString() {
        String place = key.isEmpty() || where.endsWith(" " + key) ? where : where + ": " + key;
        return place + ": " + (value.isEmpty() ? "" : value + " ") + message;
    }
}
