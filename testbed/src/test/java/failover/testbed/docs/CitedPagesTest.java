package failover.testbed.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What comments and pages cite, a reader finds in this repository. */
class CitedPagesTest {
    private static final Pattern CODE = Pattern.compile("\\b(?:OM0?|SVS|HA)-\\d+\\b");
    private static final Pattern SECTION = Pattern.compile("compatibility\\.md[^.;]{0,20}?\\b(4\\.\\d+)");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");

    private final Path root = root();

    @Test
    void everyCodeOfAnotherProgramsFaultHasItsRow() {
        Set<String> rows = new TreeSet<>();
        page("docs/differences.md").lines().filter(line -> line.startsWith("| "))
                .forEach(line -> rows.add(line.substring(2, line.indexOf(' ', 2))));
        assertEquals("", missing(sources(), text -> found(CODE, 0, text), rows));
    }

    @Test
    void everySectionOfTheOriginalsPageIsThere() {
        Set<String> sections = page("docs/compatibility.md").lines().filter(line -> line.startsWith("### "))
                .map(line -> line.substring(4, line.indexOf(' ', 4))).collect(Collectors.toSet());
        assertTrue(sections.contains("4.2"), sections::toString);
        assertEquals("", missing(sources(), text -> found(SECTION, 1, text), sections));
    }

    @Test
    void everyLinkOfAPageLeadsToAFile() {
        Set<String> dead = new TreeSet<>();
        files().filter(file -> file.toString().endsWith(".md")).forEach(file -> found(LINK, 1, text(file)).forEach(link -> {
            if (!Files.exists(file.resolveSibling(link))) {
                dead.add(root.relativize(file) + ": " + link);
            }
        }));
        assertEquals(Set.of(), dead);
    }

    /** The directory that has docs/ in it. */
    static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(at.resolve("docs"))) {
            at = at.getParent();
        }
        return at;
    }

    private static String missing(TreeMap<String, String> texts, Function<String, Set<String>> cited, Set<String> there) {
        return texts.entrySet().stream()
                .flatMap(each -> cited.apply(each.getValue()).stream().filter(code -> !there.contains(code))
                        .map(code -> each.getKey() + " cites " + code))
                .collect(Collectors.joining("\n"));
    }

    private static Set<String> found(Pattern pattern, int group, String text) {
        return pattern.matcher(text).results().map(result -> result.group(group)).collect(Collectors.toCollection(TreeSet::new));
    }

    private TreeMap<String, String> sources() {
        TreeMap<String, String> texts = new TreeMap<>();
        files().forEach(file -> texts.put(root.relativize(file).toString(), text(file)));
        assertTrue(texts.size() > 300, "looked at " + texts.size() + " files under " + root);
        return texts;
    }

    private Stream<Path> files() {
        return Stream.of("README.md", "CHANGELOG.md", "docs", "deploy", "protocol/src", "agent-verticle/src", "manager-verticle/src",
                "testbed/src").map(root::resolve).flatMap(CitedPagesTest::walk).filter(Files::isRegularFile)
                .filter(file -> file.toString().matches(".*\\.(java|md|sh)"));
    }

    private static Stream<Path> walk(Path path) {
        try {
            return Files.walk(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String page(String name) {
        return text(root.resolve(name));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
