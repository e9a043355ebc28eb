package failover.protocol.config;

import java.util.List;

/**
 * Settings that can be used.
 *
 * @param config the tree of records
 * @param warnings lines to print at start; empty when all is well
 * @param settings every value in effect and where it comes from
 */
public record LoadedConfig<C>(C config, List<String> warnings, List<Setting> settings) {
    /**
     * One value in effect.
     *
     * @param key its key in the file
     * @param value as one would write it, {@code ***} for a secret
     * @param from {@code default}, the file, {@code flag --x} or {@code environment X}
     */
    public record Setting(String key, String value, String from) {
        @Override
        public String toString() {
            return key + " = " + value + "  (" + from + ")";
        }
    }
}
