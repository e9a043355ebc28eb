package failover.agent;

import failover.agent.config.AgentConfig;
import failover.agent.config.AgentConfig.Commands;
import failover.agent.config.CommandLines;
import failover.agent.process.ProcStat;
import failover.agent.process.ValidatorUsers;
import failover.protocol.PrivateDirectory;
import failover.protocol.config.Redact;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The checks of {@code --check-config} on the host itself, for what would otherwise surface in the middle of a failover. Runs none of the
 * commands. Blocks for some seconds at most.
 */
final class HostAdvice {
    private static final long SECONDS = 5;
    /** Options of those that run another program, with their values: sudo's -n stands alone, nice's does not. */
    private static final String RUNNERS = "sudo\\s+(?:-[A-Za-z]*[CDghpRrTtUu]\\s+[^\\s\"'$`-]\\S*\\s+|-\\S+\\s+)*"
        + "|nice\\s+(?:-n\\s+-?[0-9]+\\s+|-\\S+\\s+)*|env\\s+(?:-[uCS]\\s+\\S+\\s+|-\\S*\\s+)*|exec\\s+(?:-[cl]*a\\s+\\S+\\s+|-\\S+\\s+)*"
        + "|(?:nohup|command|time)\\s+(?:-\\S+\\s+)*";
    /** Where a command begins: at the start, behind an operator, or behind sudo and its like with their options. */
    private static final Pattern PROGRAM = Pattern.compile("(?:^|\\|\\|?|&&|;|\\n)\\s*(?:" + RUNNERS + ")?"
        + "(?:[A-Za-z_][A-Za-z0-9_]*=[^\\s\"'$`]*\\s+)*((?:~/|\\$HOME/)?[A-Za-z0-9._/+-]+)(?=\\s|$|;|\\||&|>|<)");
    /** A quoted word may contain what looks like a shell operator, and starts no command. */
    private static final Pattern QUOTED = Pattern.compile("'[^']*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"", Pattern.DOTALL);
    private static final Set<String> OF_THE_SHELL = Set.of("if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done",
        "case", "esac", "function", "select", "time", "in", "cd", "echo", "printf", "test", "true", "false", "exit", "export", "set",
        "unset", "source", ".", ":", "eval", "exec", "read", "trap", "wait", "kill", "return", "local", "declare", "readonly", "shift",
        "ulimit", "umask", "type", "command", "builtin", "let", "pwd", "break", "continue", "[", "mapfile", "readarray", "getopts",
        "hash", "times", "alias", "bg", "caller", "compgen", "coproc", "dirs", "disown", "enable", "fg", "jobs", "popd", "pushd",
        "shopt", "typeset", "unalias");

    private final AgentConfig config;
    private final String path;
    private final List<String> lines = new ArrayList<>();

    private HostAdvice(AgentConfig config, String path) {
        this.config = config;
        this.path = path;
    }

    /** A line for each thing that would not work here, or not for long. */
    static List<String> of(AgentConfig config) {
        return of(config, System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin"));
    }

    static List<String> of(AgentConfig config, String path) {
        HostAdvice advice = new HostAdvice(config, path);
        advice.shell();
        advice.commands();
        advice.directory("state_dir", config.stateDir());
        advice.directory("lease_dir", config.leaseDir());
        advice.validator();
        advice.clock();
        return advice.lines;
    }

    private void shell() {
        for (String each : List.of("bash", "setsid")) {
            if (find(each).isEmpty()) {
                lines.add(each + " is not on the PATH (" + path + "): no command can be run without it; install it");
            }
        }
    }

    private void commands() {
        Commands all = config.commands();
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("tower_backup_command", all.towerBackup());
        texts.put("tower_restore_command", all.towerRestore());
        texts.put("identity_change_command", all.identityChange());
        texts.put("identity_remove_command", all.identityRemove());
        texts.put("passive_identity_symlink_command", all.passiveSymlink());
        texts.put("active_identity_symlink_command", all.activeSymlink());
        texts.put("validator_restart_command", all.validatorRestart());
        texts.put("agent_stop_command", all.agentStop());
        texts.put("identity_check_command", all.identityCheck());
        texts.forEach((key, text) -> {
            if (!text.isBlank()) {
                command(key, text);
            }
        });
    }

    private void command(String key, String text) {
        syntax(key, text).ifPresent(error -> lines.add(key + " is no shell command: " + error));
        Matcher program = PROGRAM.matcher(QUOTED.matcher(text).replaceAll("\"\""));
        while (program.find()) {
            program(program.group(1)).ifPresent(trouble -> lines.add(key + ": " + trouble));
        }
        if (!Redact.command(text).equals(Redact.url(text))) {
            lines.add(key + " seems to hold a secret, which every user of this host reads in the list of processes while it runs; let it"
                + " come from the environment (/etc/failover/agent.env)");
        }
    }

    /** The syntax check of bash ({@code -n}); placeholders are filled in before. */
    private static Optional<String> syntax(String key, String text) {
        String filled = text.replaceAll("(?<!\\$)\\{(validator_identity|local_rpc|ledger)}", "x");
        try {
            File said = File.createTempFile("failover", ".syntax");
            try {
                Process bash = new ProcessBuilder("bash", "-n", "-c", filled).redirectErrorStream(true)
                    .redirectInput(Redirect.from(new File("/dev/null"))).redirectOutput(said).start();
                if (!bash.waitFor(SECONDS, TimeUnit.SECONDS)) {
                    bash.destroyForcibly();
                    return Optional.empty();
                }
                return bash.exitValue() == 0 ? Optional.empty()
                    : Files.readAllLines(said.toPath(), StandardCharsets.ISO_8859_1).stream().findFirst().map(Redact::command);
            } finally {
                Files.deleteIfExists(said.toPath());
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Optional<String> program(String word) {
        String home = System.getenv().getOrDefault("HOME", System.getProperty("user.home"));
        String plain = word.replaceFirst("^(?:~|\\$HOME)/", Matcher.quoteReplacement(home + "/"));
        if (plain.indexOf('/') >= 0) {
            Path file = Path.of(plain);
            if (!file.isAbsolute()) {
                return Optional.of(word + " is relative to the directory that the agent is started in; write the whole path");
            }
            return Files.isDirectory(file) ? Optional.of(word + " is a directory")
                : !Files.exists(file) ? Optional.of(word + " does not exist (or this user cannot see it)")
                : !Files.isExecutable(file) ? Optional.of(word + " cannot be executed by this user") : Optional.empty();
        }
        return OF_THE_SHELL.contains(plain) || plain.startsWith("-") || find(plain).isPresent() ? Optional.empty()
            : Optional.of(word + " is not on the PATH (" + path + "); write the whole path. As a service the agent has the PATH of its"
            + " unit");
    }

    private Optional<Path> find(String program) {
        for (String directory : path.split(":")) {
            Path file = Path.of(directory.isEmpty() ? "." : directory, program);
            if (Files.isExecutable(file) && !Files.isDirectory(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private void directory(String key, Path directory) {
        try {
            if (Files.isDirectory(directory)) {
                String objection = PrivateDirectory.objection(directory);
                if (objection != null) {
                    lines.add(key + " " + directory + " is not used: " + objection);
                } else if (!Files.isWritable(directory)) {
                    lines.add(key + " " + directory + " cannot be written by this user");
                }
            } else if (Files.exists(directory)) {
                lines.add(key + " " + directory + " is no directory");
            }
        } catch (IOException e) {
            lines.add(key + " " + directory + " cannot be looked at: " + e.getMessage());
        }
    }

    private void validator() {
        Path proc = Path.of("/proc");
        if (!Files.isReadable(proc.resolve("1/stat"))) {
            lines.add("/proc hides other users' processes (hidepid): the validator, and what is left of it, may not be seen; exempt this"
                + " user's group with the mount option gid=");
        }
        long own = ValidatorUsers.uidOf(proc, "self");
        CommandLines.ledger(config).ifPresent(ledger -> {
            Path socket = ledger.resolve("admin.rpc");
            try {
                if (Files.exists(socket)) {
                    int owner = (Integer) Files.getAttribute(socket, "unix:uid");
                    if (own != 0 && owner != own) {
                        lines.add(socket + " belongs to user " + owner + ", this is user " + own + ": without sudo in the commands the"
                            + " identity cannot be set, a last resort cannot kill the validator, and the fencer needs --uid " + owner
                            + "; better run the agent as the validator's user");
                    }
                } else if (Files.exists(ledger.getParent() == null ? ledger : ledger.getParent()) && !Files.exists(ledger)) {
                    lines.add("the ledger " + ledger + " that the settings name does not exist (or this user cannot see it)");
                }
            } catch (IOException e) {
                lines.add(socket + " cannot be looked at: " + e.getMessage());
            }
        });
    }

    /** The lease's times are counted from the machine's boot by agent and fencer alike. */
    private void clock() {
        try {
            String uptime = Files.readString(Path.of("/proc/uptime"), StandardCharsets.US_ASCII);
            double shown = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
            long start = ProcStat.read(Path.of("/proc"), ProcessHandle.current().pid()).map(ProcStat::startTicks).orElse(0L);
            if (start / 100.0 > shown + 0.02) {
                lines.add("/proc/uptime (" + shown + " s) is this container's own, behind the machine's: a fencer outside of it would take"
                    + " every lease for one that has ended; run the agent outside, too");
            }
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            lines.add("/proc/uptime cannot be read: " + e.getMessage());
        }
    }
}
