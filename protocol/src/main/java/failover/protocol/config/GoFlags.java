package failover.protocol.config;

import failover.protocol.config.Layers.Given;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/**
 * A command line by the rules of Go's {@code flag} package, so that command lines written for the original work: {@code -x} is
 * {@code --x}, a switch takes its value only after {@code =}, the last of two wins. Where Go ignores in silence (a word that is no
 * flag, and with it everything behind) this refuses.
 */
public final class GoFlags {
  private final Map<String, Flag> flags = new LinkedHashMap<>();
  private final CommandLine commandLine;

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
   */
  public record Flag(String name, Kind kind, String key, String standard, String help) {
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
      return GoWords.truth(values.getOrDefault(name, "false")).orElse(false);
    }
  }

  public GoFlags(String program, String summary, List<Flag> known) {
    CommandSpec spec = CommandSpec.create().name(program);
    spec.usageMessage().description(summary).sortOptions(false).abbreviateSynopsis(true).width(120);
    for (Flag flag : known) {
      flags.put(flag.name(), flag);
      String standard = flag.standard().isEmpty() ? "" : " (default " + flag.standard() + ")";
      spec.addOption(OptionSpec.builder("--" + flag.name()).type(String.class).arity("1").paramLabel(flag.kind().label)
          .converters(text -> checked(flag, text)).description((flag.help() + standard).replace("%", "%%")).build());
    }
    // "--" is dealt with before picocli sees it; here it can only be a value.
    commandLine = new CommandLine(spec).setOverwrittenOptionsAllowed(true).setExpandAtFiles(false).setEndOfOptionsDelimiter("\0");
  }

  private static String checked(Flag flag, String text) {
    switch (flag.kind()) {
      case SWITCH:
        if (GoWords.truth(text).isEmpty()) {
          throw new TypeConversionException("must be true or false");
        }
        break;
      case INTEGER:
        if (GoWords.integer(text).isEmpty()) {
          throw new TypeConversionException("must be a whole number");
        }
        break;
      case DURATION:
        try {
          GoDuration.parse(text);
        } catch (IllegalArgumentException e) {
          throw new TypeConversionException(e.getMessage());
        }
        break;
      default:
        break;
    }
    return text;
  }

  /**
   * Reads a command line.
   *
   * @throws UsageException when Go would refuse it, and when Go would ignore a part of it
   */
  public Parsed parse(String... args) {
    CommandLine.ParseResult result;
    try {
      result = commandLine.parseArgs(rewrite(args));
    } catch (ParameterException e) {
      Throwable cause = e.getCause();
      throw new UsageException(e.getArgSpec() instanceof OptionSpec option && e.getValue() != null
          ? "invalid value \"" + e.getValue() + "\" for flag " + option.longestName() + ": "
          + (cause instanceof TypeConversionException ? cause.getMessage() : e.getMessage().replaceFirst("^.*?: ", ""))
          : e.getMessage());
    }
    Map<String, String> values = new LinkedHashMap<>();
    Map<String, Given> settings = new LinkedHashMap<>();
    for (Flag flag : flags.values()) {
      String name = "--" + flag.name();
      if (result.hasMatchedOption(name)) {
        String value = result.matchedOptionValue(name, "");
        values.put(flag.name(), value);
        if (!flag.key().isEmpty()) {
          settings.put(flag.key(), new Given(value, "flag " + name));
        }
      }
    }
    return new Parsed(values, settings);
  }

  private String[] rewrite(String[] args) {
    List<String> out = new ArrayList<>();
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
      String name = canonical(equals < 0 ? body : body.substring(0, equals));
      Flag flag = flags.get(name);
      if (flag == null) {
        throw new UsageException("unknown flag " + (equals < 0 ? arg : arg.substring(0, arg.indexOf('=')))
            + Nearest.of(name, flags.keySet()).map(near -> "; did you mean --" + near + "?").orElse(""));
      }
      if (equals >= 0) {
        out.add("--" + name + body.substring(equals));
      } else if (flag.kind() != Kind.SWITCH) {
        if (i == args.length) {
          throw new UsageException("flag --" + name + " needs a value: --" + name + "=" + flag.kind().label);
        }
        out.add("--" + name + "=" + args[i++]);
      } else {
        refuseSpacedValue(name, i < args.length ? args[i] : "-");
        out.add("--" + name + "=true");
      }
    }
    return out.toArray(new String[0]);
  }

  private static String canonical(String name) {
    return name.equals("h") ? "help" : name;
  }

  /** Go reads {@code --dry-run false} as {@code --dry-run=true} and ignores the rest; a person means the contrary. */
  private static void refuseSpacedValue(String name, String next) {
    if (GoWords.truth(next).isPresent()) {
      throw new UsageException("\"--" + name + " " + next + "\" is ambiguous; write --" + name + "=" + next
          + " (a switch takes its value after =)");
    }
  }

  /** The usage text. */
  public String usage() {
    return commandLine.getUsageMessage(CommandLine.Help.Ansi.OFF);
  }
}
