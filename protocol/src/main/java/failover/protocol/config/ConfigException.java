package failover.protocol.config;

import java.util.List;
import java.util.stream.Collectors;

/** The settings cannot be used. The message has one line per problem, all of them. */
public final class ConfigException extends RuntimeException {
    private final transient List<Problem> problems;
    private final transient List<String> warnings;

    public ConfigException(List<Problem> problems, List<String> warnings) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
        this.warnings = List.copyOf(warnings);
    }

    public ConfigException(Problem problem) {
        this(List.of(problem), List.of());
    }

    /** Everything that is wrong, in the order of reading. */
    public List<Problem> problems() {
        return problems;
    }

    /** What was noticed besides. */
    public List<String> warnings() {
        return warnings;
    }
}
