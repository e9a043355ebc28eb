package failover.agent.config;

import failover.agent.config.AgentConfig.Commands;
import failover.agent.decision.CommandKind;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The configured shell commands with their placeholders filled in. A placeholder becomes its value only if no shell would see more in it
 * than one word; every value also stands in the environment, where nothing is interpreted.
 */
public final class CommandLines {
    private static final Pattern PLACEHOLDER = Pattern.compile("(?<!\\$)\\{(validator_identity|local_rpc|ledger)}");
    private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9._:/@%+=,\\[\\]-]+");
    private static final Pattern LEDGER_OPTION = Pattern.compile("(?:^|\\s)(?:-l|--ledger)(?:\\s+|=)(\"[^\"]+\"|'[^']+'|[^\\s;|&]+)");
    private final AgentConfig config;

    public CommandLines(AgentConfig config) {
        this.config = config;
    }

    /** The text as configured; empty when it is not. */
    public String configured(CommandKind kind) {
        Commands commands = config.commands();
        switch (kind) {
            case TOWER_BACKUP:
                return commands.towerBackup();
            case TOWER_RESTORE:
                return commands.towerRestore();
            case IDENTITY_CHANGE:
                return commands.identityChange();
            case IDENTITY_REMOVE:
                return commands.identityRemove();
            case ACTIVE_SYMLINK:
                return commands.activeSymlink();
            case PASSIVE_SYMLINK:
                return commands.passiveSymlink();
            case VALIDATOR_RESTART:
                return commands.validatorRestart();
            default:
                throw new AssertionError(kind);
        }
    }

    /**
     * Ready for the shell.
     *
     * @param stakedIdentity base58, or {@code null} when not known
     * @throws IllegalArgumentException with a sentence when a placeholder has no value, or one that a shell would interpret
     */
    public String fill(String text, String stakedIdentity) {
        Map<String, String> values = values(stakedIdentity);
        return PLACEHOLDER.matcher(text).replaceAll(match -> {
            String name = match.group(1);
            String value = values.get(name);
            if (value == null) {
                throw new IllegalArgumentException("{" + name + "} has no value; set "
                    + (name.equals("ledger") ? "ledger_path" : name.equals("local_rpc") ? name : "validator_identity"));
            }
            if (!PLAIN_WORD.matcher(value).matches()) {
                throw new IllegalArgumentException("the value of {" + name + "} contains characters that a shell interprets; write \"$"
                    + variable(name) + "\" instead");
            }
            return Matcher.quoteReplacement(value);
        });
    }

    /** The values as environment variables: FAILOVER_VALIDATOR_IDENTITY, FAILOVER_LOCAL_RPC, FAILOVER_LEDGER. */
    public Map<String, String> environment(String stakedIdentity) {
        Map<String, String> environment = new LinkedHashMap<>();
        values(stakedIdentity).forEach((name, value) -> environment.put(variable(name), value));
        return environment;
    }

    private static String variable(String placeholder) {
        return "FAILOVER_" + placeholder.toUpperCase(java.util.Locale.ROOT);
    }

    private Map<String, String> values(String stakedIdentity) {
        Map<String, String> values = new LinkedHashMap<>();
        String identity = config.validatorIdentity().orElse(stakedIdentity);
        if (identity != null) {
            values.put("validator_identity", identity);
        }
        values.put("local_rpc", config.localRpc().uri().toString());
        ledger(config).ifPresent(path -> values.put("ledger", path.toString()));
        return values;
    }

    /** {@code ledger_path}, else the ledger that identity_change_command names. */
    public static Optional<Path> ledger(AgentConfig config) {
        if (config.ledgerPath().isPresent()) {
            return config.ledgerPath();
        }
        Matcher option = LEDGER_OPTION.matcher(config.commands().identityChange());
        return option.find() ? path(option.group(1)) : Optional.empty();
    }

    /** The path that a shell word denotes, without quotes and with ~ resolved; empty when only a shell could tell. */
    public static Optional<Path> path(String word) {
        String plain = word.replaceAll("^[\"']|[\"']$", "");
        if (plain.startsWith("~/")) {
            plain = System.getenv().getOrDefault("HOME", System.getProperty("user.home")) + plain.substring(1);
        }
        if (plain.isEmpty() || plain.matches(".*[$`{}~\\\\].*")) {
            return Optional.empty();
        }
        return Optional.of(Path.of(plain));
    }
}
