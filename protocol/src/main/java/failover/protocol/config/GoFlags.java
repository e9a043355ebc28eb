package failover.protocol.config;

import failover.protocol.config.ConfigLayers.Given;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A command line by the rules of Go's {@code flag} package, so that command lines written for the original work: {@code -x} is {@code --x},
 * a switch takes its value only after {@code =}, the last of two wins. What Go silently ignores (an argument that is no flag, and
 * everything after it) is refused.
 */
public final class GoFlags {
    private final Map<String, Flag> flags = new LinkedHashMap<>();
    private final String program;
    private final String summary;

    /** What follows the {@code =} of a flag. */
    public enum Kind {
        TEXT("<text>"), SWITCH("<bool>"), INTEGER("<int>"), DURATION("<duration>");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    /**
     * One flag.
     *
     * @param name without dashes
     * @param kind what it takes
     * @param key the configuration key it sets; empty when it is an action
     * @param standard its default as shown in the usage; empty for none
     * @param help one sentence
     * @param with the switch without which it means nothing; empty for none
     */
    public record Flag(String name, Kind kind, String key, String standard, String help, String with) {
        /** One that means something by itself. */
        public Flag(String name, Kind kind, String key, String standard, String help) {
            this(name, kind, key, standard, help, "");
        }
    }

    /**
     * The flags that were written.
     *
     * @param values by flag name
     * @param settings by the configuration key they set
     */
    public record Parsed(Map<String, String> values, Map<String, Given> settings) {
        /** The value of a text flag; an empty one counts as not written. */
        public Optional<String> text(String name) {
            return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
        }

        /** Whether a switch was written and is on. */
        public boolean on(String name) {
            return GoScalars.truth(values.getOrDefault(name, "false")).orElse(false);
        }
    }

    public GoFlags(String program, String summary, List<Flag> known) {
        this.program = program;
        this.summary = summary;
        known.forEach(flag -> flags.put(flag.name(), flag));
    }

    private static void check(Flag flag, String text) {
        String fault = "";
        switch (flag.kind()) {
            case SWITCH:
                fault = GoScalars.truth(text).isPresent() ? "" : "must be true or false";
                break;
            case INTEGER:
                fault = GoScalars.integer(text).isPresent() ? "" : "must be a whole number";
                break;
            case DURATION:
                try {
                    GoDuration.parse(text);
                } catch (IllegalArgumentException e) {
                    fault = e.getMessage();
                }
                break;
            default:
                break;
        }
        if (!fault.isEmpty()) {
            throw new UsageException("invalid value \"" + text + "\" for flag --" + flag.name() + ": " + fault);
        }
    }

    /**
     * Reads a command line.
     *
     * @throws UsageException when Go would refuse it, and when Go would ignore a part of it
     */
    public Parsed parse(String... args) {
        Map<String, String> values = new LinkedHashMap<>();
        int i = 0;
        while (i < args.length) {
            String arg = args[i++];
            if (arg.equals("--") && i == args.length) {
                break;
            }
            if (!arg.startsWith("-") || arg.equals("-") || arg.equals("--")) {
                throw new UsageException("\"" + arg + "\" is not a flag; everything is given by flags, for example --config FILE");
            }
            String body = arg.substring(arg.startsWith("--") ? 2 : 1);
            int equals = body.indexOf('=');
            Flag flag = named(equals < 0 ? body : body.substring(0, equals));
            String value = "true";
            if (equals >= 0) {
                value = body.substring(equals + 1);
            } else if (flag.kind() == Kind.SWITCH) {
                refuseSpacedValue(flag.name(), i < args.length ? args[i] : "-");
            } else if (i < args.length) {
                value = args[i++];
            } else {
                throw new UsageException("flag --" + flag.name() + " needs a value: --" + flag.name() + "=" + flag.kind().label);
            }
            check(flag, value);
            values.put(flag.name(), value);
        }
        Map<String, Given> settings = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (!flags.get(name).key().isEmpty()) {
                settings.put(flags.get(name).key(), new Given(value, "flag --" + name));
            }
        });
        Parsed parsed = new Parsed(values, settings);
        values.keySet().forEach(name -> refuseAlone(flags.get(name), parsed));
        return parsed;
    }

    /** The user would believe that it has an effect. */
    private static void refuseAlone(Flag flag, Parsed parsed) {
        if (!flag.with().isEmpty() && parsed.on(flag.name()) && !parsed.on(flag.with())) {
            throw new UsageException("--" + flag.name() + " goes with --" + flag.with() + ", and does nothing without it");
        }
    }

    private Flag named(String name) {
        Flag flag = flags.get(canonical(name));
        if (flag == null) {
            throw new UsageException("unknown flag --" + name
                    + Suggestions.of(name, flags.keySet()).map(near -> "; did you mean --" + near + "?").orElse(""));
        }
        return flag;
    }

    private static String canonical(String name) {
        return name.equals("h") ? "help" : name;
    }

    /** Go reads {@code --dry-run false} as {@code --dry-run=true} and ignores the rest; a person means the contrary. */
    private static void refuseSpacedValue(String name, String next) {
        if (GoScalars.truth(next).isPresent()) {
            throw new UsageException("\"--" + name + " " + next + "\" is ambiguous; write --" + name + "=" + next
                    + " (a switch takes its value after =)");
        }
    }

    /** The usage text. Only here picocli is loaded: a tenth of a second that a start does not pay. */
    public String usage() {
        CommandSpec spec = CommandSpec.create().name(program);
        spec.usageMessage().description(summary).sortOptions(false).abbreviateSynopsis(true).width(120);
        for (Flag flag : flags.values()) {
            String standard = flag.standard().isEmpty() ? "" : " (default " + flag.standard() + ")";
            boolean bare = flag.kind() == Kind.SWITCH;
            spec.addOption(OptionSpec.builder("--" + flag.name()).type(String.class).arity(bare ? "0..1" : "1")
                    .paramLabel(flag.kind().label).description((flag.help() + standard).replace("%", "%%")).build());
        }
        return new CommandLine(spec).getUsageMessage(CommandLine.Help.Ansi.OFF);
    }
}
