package failover.testbed.mutation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lists of mutations fit the code, so that a run of them says something; and what does not fit is named. */
class MutationListsTest {
    private static final Path LIST = Path.of("some.txt");

    @TempDir
    private Path tmp;

    @Test
    void everyEntryOfEveryListAppliesAndNamesTestsThatThereAre() throws IOException {
        Repository repository = Repository.here();
        List<Mutation> all = repository.mutations();
        assertTrue(!all.isEmpty(), "no entries");
        assertEquals(List.of(), repository.complaints(all));
    }

    @Test
    void anEntryMayChangeSeveralPlacesAndNameSeveralTests() throws IOException {
        List<Mutation> found = Mutation.parse(LIST, List.of("# words", "id: A1", "rule: E0: none", "file: deploy/x",
            "killed by: a.B#c  a.B#d", "<<<<", "  one",
            "two", "====", ">>>>", "file: deploy/y", "<<<<", "three", "====", "", ">>>>", "", "id: A2", "rule: r",
            "file: f", "killed by: harmless: E5 covers it", "shown by: A1", "<<<<", "a", "====", "b", ">>>>"));
        assertEquals(List.of(new Mutation("A1", "E0: none", List.of(new Mutation.Edit("deploy/x", "  one\ntwo", ""),
                new Mutation.Edit("deploy/y", "three", "")), List.of("a.B#c", "a.B#d"), "", "", LIST),
            new Mutation("A2", "r", List.of(new Mutation.Edit("f", "a", "b")), List.of(), "E5 covers it", "A1", LIST)), found);
    }

    @Test
    void anUnfinishedEntryIsNamedWithItsLine() {
        assertEquals("some.txt:1: the entry A1 has no rule:", message("id: A1", "killed by: a.B#c"));
        assertEquals("some.txt:4: no line >>>> follows", message("id: A1", "file: x", "<<<<", "====", "b"));
        assertTrue(message("id: A1", "kiled by: a.B#c").startsWith("some.txt:2: neither a key"));
        assertEquals("some.txt:1: the entry A1 has no <<<<", message("id: A1", "rule: r", "killed by: a.B#c"));
    }

    private static String message(String... lines) {
        return assertThrows(IllegalArgumentException.class, () -> Mutation.parse(LIST, List.of(lines))).getMessage();
    }

    @Test
    void whatDoesNotFitTheCodeIsNamed() throws IOException {
        Path test = tmp.resolve("testbed/src/test/java/a/BTest.java");
        Files.createDirectories(test.getParent());
        Files.writeString(test, "class BTest { @Test void c() { } }");
        Files.writeString(tmp.resolve("file"), "once twice twice");
        assertEquals(List.of(), complaints("once", "a.BTest#c"));
        assertEquals(List.of(), complaints("once", "a.BTest"));
        assertEquals(List.of("some.txt, A1: the old text \"twice ...\" stands more than once in file"), complaints("twice", "a.BTest#c"));
        assertEquals(List.of("some.txt, A1: the old text \"never ...\" is not in file"), complaints("never", "a.BTest#c"));
        assertEquals(List.of("some.txt, A1: the class a.BTest has no test d"), complaints("once", "a.BTest#d"));
        assertEquals(List.of("some.txt, A1: no module has a test class a.CTest"), complaints("once", "a.CTest#c"));
        assertEquals(List.of("some.txt, A1: \"BTest\" is neither package.Class#method nor package.Class"), complaints("once", "BTest"));
    }

    /** That a rule is covered by another is no matter of belief: both are taken out, and a test dies of it. */
    @Test
    void whatIsSaidToBeHarmlessIsShownToBe() throws IOException {
        Path test = tmp.resolve("testbed/src/test/java/a/BTest.java");
        Files.createDirectories(test.getParent());
        Files.writeString(test, "class BTest { @Test void c() { } }");
        Files.writeString(tmp.resolve("file"), "one two");
        assertEquals(List.of("some.txt, A1: \"harmless:\" needs the rule or the test that covers it",
            "some.txt, A1: \"harmless:\" needs \"shown by: ID\", the entry that takes out what covers this as well, and is killed"),
            complaints("one"));
        Mutation.Edit one = new Mutation.Edit("file", "one", "");
        Mutation.Edit two = new Mutation.Edit("file", "two", "");
        Mutation harmless = new Mutation("A1", "r", List.of(one), List.of(), "two covers it", "A2", LIST);
        Mutation both = new Mutation("A2", "r", List.of(one, two), List.of("a.BTest#c"), "", "", LIST);
        assertEquals(List.of(), new Repository(tmp).complaints(List.of(harmless, both)));
        assertEquals(List.of(), new Repository(tmp).complaints(List.of(harmless), List.of(harmless, both)));
        assertEquals(List.of("some.txt, A1: \"shown by: A2\" is no entry that a test kills"),
            new Repository(tmp).complaints(List.of(harmless)));
        Mutation other = new Mutation("A2", "r", List.of(two), List.of("a.BTest#c"), "", "", LIST);
        assertEquals(List.of("some.txt, A1: A2, which shows that this is covered, does not take out this and more"),
            new Repository(tmp).complaints(List.of(harmless, other)));
    }

    private List<String> complaints(String old, String... tests) throws IOException {
        return new Repository(tmp).complaints(List.of(new Mutation("A1", "r", List.of(new Mutation.Edit("file", old, "new")),
            Arrays.asList(tests), "", "", LIST)));
    }
}
