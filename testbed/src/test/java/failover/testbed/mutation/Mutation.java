package failover.testbed.mutation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One entry of testbed/mutations: source edits that take a rule out of the code, and the tests that must die of it.
 *
 * @param id unique among all lists
 * @param rule what is broken, in words
 * @param edits at least one
 * @param tests {@code package.Class#method}, at least one; empty for one that is harmless
 * @param harmless why nothing dies of it, or "" for one that must be killed
 * @param shownBy the id of the entry that shows that: it takes out what covers this rule as well, and is killed; "" for none
 * @param list the file it stands in
 */
record Mutation(String id, String rule, List<Edit> edits, List<String> tests, String harmless, String shownBy, Path list) {
    static final String HARMLESS = "harmless:";

    /** One place of one file, by its path from the repository's root; the old text stands there exactly once. */
    record Edit(String file, String old, String fresh) {
        boolean java() {
            return file.endsWith(".java");
        }

        /** The module, or the first directory, that the file is in. */
        String module() {
            return file.substring(0, file.indexOf('/') < 0 ? file.length() : file.indexOf('/'));
        }
    }

    Mutation {
        edits = List.copyOf(edits);
        tests = List.copyOf(tests);
    }

    /** The entries of a list, in its order. */
    static List<Mutation> parse(Path list, List<String> lines) {
        return new Parser(list).parse(lines);
    }

    private static final class Parser {
        private final Path list;
        private final List<Mutation> found = new ArrayList<>();
        private final List<Edit> edits = new ArrayList<>();
        private String id;
        private String rule;
        private String file;
        private String killers;
        private String shown;
        private int number;
        private int begun;

        Parser(Path list) {
            this.list = list;
        }

        List<Mutation> parse(List<String> lines) {
            for (number = 0; number < lines.size(); number++) {
                String line = lines.get(number);
                if (line.startsWith("id:")) {
                    end();
                    id = after(line);
                    begun = number;
                } else if (line.startsWith("rule:")) {
                    rule = after(line);
                } else if (line.startsWith("file:")) {
                    file = after(line);
                } else if (line.startsWith("killed by:")) {
                    killers = after(line);
                } else if (line.startsWith("shown by:")) {
                    shown = after(line);
                } else if ("<<<<".equals(line)) {
                    require(id, "id:");
                    require(file, "file:");
                    String old = until(lines, "====");
                    edits.add(new Edit(file, old, until(lines, ">>>>")));
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    throw error("neither a key (id, rule, file, killed by, shown by), an edit, a comment (#) nor blank: " + line);
                }
            }
            end();
            return found;
        }

        private static String after(String line) {
            return line.substring(line.indexOf(':') + 1).strip();
        }

        private String until(List<String> lines, String mark) {
            List<String> text = new ArrayList<>();
            int opened = number;
            while (++number < lines.size()) {
                if (lines.get(number).equals(mark)) {
                    return String.join("\n", text);
                }
                text.add(lines.get(number));
            }
            number = opened;
            throw error("no line " + mark + " follows");
        }

        private void end() {
            if (id == null) {
                return;
            }
            int at = number;
            number = begun;
            require(id.isEmpty() ? null : id, "id:");
            require(rule, "rule:");
            require(killers == null || killers.isEmpty() ? null : killers, "killed by:");
            require(edits.isEmpty() ? null : "", "<<<<");
            boolean harmless = killers.startsWith(HARMLESS);
            found.add(new Mutation(id, rule, edits, harmless ? List.of() : List.of(killers.split("\\s+")),
                harmless ? killers.substring(HARMLESS.length()).strip() : "", shown == null ? "" : shown, list));
            number = at;
            edits.clear();
            id = null;
            rule = null;
            file = null;
            killers = null;
            shown = null;
        }

        private void require(String value, String key) {
            if (value == null) {
                throw error("the entry " + id + " has no " + key);
            }
        }

        private IllegalArgumentException error(String what) {
            return new IllegalArgumentException(list + ":" + (number + 1) + ": " + what);
        }
    }
}
