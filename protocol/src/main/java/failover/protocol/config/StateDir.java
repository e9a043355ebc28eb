package failover.protocol.config;

import java.nio.file.Path;
import java.util.Map;

/** The default directory for state that must survive a restart. */
public final class StateDir {
    private StateDir() {
    }

    /** {@code $STATE_DIRECTORY} (systemd's StateDirectory=), else {@code $XDG_STATE_HOME/name}, else {@code ~/.local/state/name}. */
    public static Path standard(Map<String, String> environment, String name) {
        String systemd = environment.getOrDefault("STATE_DIRECTORY", "");
        if (!systemd.isEmpty()) {
            return Path.of(systemd.split(":", 2)[0]);
        }
        String xdg = environment.getOrDefault("XDG_STATE_HOME", "");
        if (xdg.startsWith("/")) {
            return Path.of(xdg, name);
        }
        return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".local", "state", name);
    }
}
