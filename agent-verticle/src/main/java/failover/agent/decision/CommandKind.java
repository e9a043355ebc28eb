package failover.agent.decision;

/** The shell commands an operator configures, by the name of their configuration key. */
public enum CommandKind {
    /** Copies the tower away. */
    TOWER_BACKUP("tower_backup_command", "tower backup"),
    /** Brings the tower here. */
    TOWER_RESTORE("tower_restore_command", "tower restore"),
    /** set-identity(staked). */
    IDENTITY_CHANGE("identity_change_command", "identity change"),
    /** set-identity(unstaked). */
    IDENTITY_REMOVE("identity_remove_command", "identity remove"),
    /** Makes the staked key the boot identity (the original's practice; named as a risk, E14). */
    ACTIVE_SYMLINK("active_identity_symlink_command", "active identity symlink"),
    /** Makes the unstaked key the boot identity (E14). */
    PASSIVE_SYMLINK("passive_identity_symlink_command", "passive identity symlink"),
    /** Restarts the validator's service. */
    VALIDATOR_RESTART("validator_restart_command", "validator restart");

    private final String key;
    private final String words;

    CommandKind(String key, String words) {
        this.key = key;
        this.words = words;
    }

    /** Its configuration key. */
    public String key() {
        return key;
    }

    /** Its name in messages. */
    public String words() {
        return words;
    }
}
