package failover.testbed.mutation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The sources that the lists are about: where a list, a file and a test are, and whether an entry still fits them. */
record Repository(Path root) {
    /** In the order in which each builds upon the ones before. */
    static final List<String> MODULES = List.of("protocol", "agent-verticle", "manager-verticle", "testbed");

    /** The nearest directory above the working one that has the lists in it. */
    static Repository here() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("testbed/mutations"))) {
                return new Repository(at);
            }
        }
        throw new IllegalStateException("testbed/mutations is not above " + Path.of("").toAbsolutePath());
    }

    /** All entries of all lists, by list and place. */
    List<Mutation> mutations() throws IOException {
        List<Mutation> all = new ArrayList<>();
        try (Stream<Path> lists = Files.list(root.resolve("testbed/mutations"))) {
            for (Path list : lists.filter(each -> each.toString().endsWith(".txt")).sorted().toList()) {
                all.addAll(Mutation.parse(root.relativize(list), Files.readAllLines(list)));
            }
        }
        return all;
    }

    /** What is wrong with the lists; empty when every entry applies and names tests that there are. */
    List<String> complaints(List<Mutation> all) throws IOException {
        return complaints(all, all);
    }

    /** What is wrong with these entries of the lists. */
    List<String> complaints(List<Mutation> these, List<Mutation> all) throws IOException {
        List<String> wrong = new ArrayList<>();
        Map<String, Mutation> ids = new HashMap<>();
        for (Mutation each : all) {
            Mutation other = ids.putIfAbsent(each.id(), each);
            if (other != null) {
                wrong.add(each.list() + ", " + each.id() + ": this id stands in " + other.list() + ", too");
            }
        }
        for (Mutation each : these) {
            String name = each.list() + ", " + each.id() + ": ";
            try {
                apply(each);
            } catch (IllegalArgumentException e) {
                wrong.add(name + e.getMessage());
            }
            for (String test : each.tests()) {
                complaint(test).ifPresent(why -> wrong.add(name + why));
            }
            if (each.tests().isEmpty() && each.harmless().length() < 10) {
                wrong.add(name + "\"harmless:\" needs the rule or the test that covers it");
            }
            shown(each, ids.get(each.shownBy())).ifPresent(why -> wrong.add(name + why));
        }
        return wrong;
    }

    /** That a rule is covered is shown by taking out what covers it as well: then something dies. */
    private static Optional<String> shown(Mutation each, Mutation both) {
        if (!each.tests().isEmpty()) {
            return each.shownBy().isEmpty() ? Optional.empty() : Optional.of("what tests kill needs no \"shown by:\"");
        } else if (each.shownBy().isEmpty()) {
            return Optional.of("\"harmless:\" needs \"shown by: ID\", the entry that takes out what covers this as well, and is killed");
        } else if (both == null || both.tests().isEmpty()) {
            return Optional.of("\"shown by: " + each.shownBy() + "\" is no entry that a test kills");
        }
        return both.edits().containsAll(each.edits()) && both.edits().size() > each.edits().size() ? Optional.empty()
            : Optional.of(each.shownBy() + ", which shows that this is covered, does not take out this and more");
    }

    /** The new text of each file that the mutation touches, by its path from the root. */
    Map<String, String> apply(Mutation mutation) throws IOException {
        Map<String, String> texts = new HashMap<>();
        for (Mutation.Edit edit : mutation.edits()) {
            Path file = root.resolve(edit.file());
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException("there is no file " + edit.file());
            }
            String text = texts.containsKey(edit.file()) ? texts.get(edit.file()) : Files.readString(file);
            int at = edit.old().isEmpty() ? -1 : text.indexOf(edit.old());
            String start = "\"" + edit.old().lines().findFirst().orElse("").strip() + " ...\"";
            if (at < 0) {
                throw new IllegalArgumentException("the old text " + start + " is not in " + edit.file());
            }
            if (text.indexOf(edit.old(), at + 1) >= 0) {
                throw new IllegalArgumentException("the old text " + start + " stands more than once in " + edit.file());
            }
            if (edit.old().equals(edit.fresh())) {
                throw new IllegalArgumentException("the new text is the old one");
            }
            texts.put(edit.file(), text.substring(0, at) + edit.fresh() + text.substring(at + edit.old().length()));
        }
        return texts;
    }

    /** The module whose tests have that class. */
    Optional<String> moduleOf(String testClass) {
        return MODULES.stream().filter(module -> Files.exists(source(module, testClass))).findFirst();
    }

    private Path source(String module, String testClass) {
        return root.resolve(module + "/src/test/java/" + testClass.replaceAll("\\$.*", "").replace('.', '/') + ".java");
    }

    private Optional<String> complaint(String test) throws IOException {
        String[] parts = test.split("#", -1);
        if (parts.length > 2 || !test.contains(".")) {
            return Optional.of("\"" + test + "\" is neither package.Class#method nor package.Class");
        }
        Optional<String> module = moduleOf(parts[0]);
        if (module.isEmpty()) {
            return Optional.of("no module has a test class " + parts[0]);
        }
        if (parts.length == 1) {
            return Optional.empty();
        }
        String text = Files.readString(source(module.get(), parts[0]));
        return Pattern.compile("\\b" + Pattern.quote(parts[1]) + "\\s*\\(").matcher(text).find() ? Optional.empty()
            : Optional.of("the class " + parts[0] + " has no test " + parts[1]);
    }
}
