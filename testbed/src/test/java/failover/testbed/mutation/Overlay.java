package failover.testbed.mutation;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * One mutation on disk, beside the sources, which stay as they are: the classes of the changed Java files, a tree of links to the
 * repository in which the other changed files stand, and fat jars with those classes for tests that start programs.
 */
final class Overlay implements AutoCloseable {
    private static final String MAIN = "/src/main/java/";
    private final Repository repository;
    private final ClassPaths classPaths;
    private final Path directory;
    private boolean tree;

    private Overlay(Repository repository, ClassPaths classPaths) throws IOException {
        this.repository = repository;
        this.classPaths = classPaths;
        this.directory = Files.createTempDirectory(Files.createDirectories(repository.root().resolve("testbed/target/mutation")), "m");
        // Programs of other users start from the jars in it.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        Files.createDirectories(classes());
    }

    /** Nothing changed: for the check that a test passes as things are. */
    static Overlay none(Repository repository, ClassPaths classPaths) throws IOException {
        return new Overlay(repository, classPaths);
    }

    /** With an IllegalArgumentException where it does not apply or does not compile. */
    static Overlay of(Mutation mutation, Repository repository, ClassPaths classPaths) throws IOException {
        Map<String, String> texts = repository.apply(mutation);
        Overlay overlay = new Overlay(repository, classPaths);
        try {
            for (String module : Repository.MODULES) {
                overlay.compile(module, texts, mutation);
            }
            for (Map.Entry<String, String> each : texts.entrySet()) {
                if (!each.getKey().endsWith(".java")) {
                    overlay.put(each.getKey(), each.getValue());
                }
            }
            return overlay;
        } catch (IOException | RuntimeException e) {
            overlay.close();
            throw e;
        }
    }

    /** Where the mutated classes are; first in the class path. */
    Path classes() {
        return directory.resolve("classes");
    }

    /** The repository as the test sees it from its module's directory. */
    Path root() {
        return tree ? directory.resolve("root") : repository.root();
    }

    private void compile(String module, Map<String, String> texts, Mutation mutation) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Map.Entry<String, String> each : texts.entrySet()) {
            if (each.getKey().startsWith(module + MAIN)) {
                Path source = directory.resolve("src").resolve(each.getKey());
                Files.createDirectories(source.getParent());
                Files.writeString(source, each.getValue());
                sources.add(source);
            } else if (each.getKey().startsWith(module + "/src/main/resources/")) {
                Path copy = classes().resolve(each.getKey().substring((module + "/src/main/resources/").length()));
                Files.createDirectories(copy.getParent());
                Files.writeString(copy, each.getValue());
            }
        }
        if (constants(mutation) && Repository.MODULES.indexOf(module) >= first(mutation)) {
            others(module, texts.keySet(), sources);
        }
        if (sources.isEmpty()) {
            return;
        }
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        StringWriter says = new StringWriter();
        try (StandardJavaFileManager files = javac.getStandardFileManager(null, null, null)) {
            List<String> options = List.of("-nowarn", "-proc:none", "-parameters", "-g", "-implicit:none", "--release", "17", "-d",
                classes().toString(), "-cp", classes() + ":" + repository.root().resolve(module).resolve("target/classes") + ":"
                + classPaths.of(module));
            if (!javac.getTask(says, files, null, options, null, files.getJavaFileObjectsFromPaths(sources)).call()) {
                throw new IllegalArgumentException("does not compile: " + says.toString().lines().limit(2).toList());
            }
        }
    }

    /** The value of a constant is copied into each class that uses it: all of them are compiled again. */
    private boolean constants(Mutation mutation) throws IOException {
        for (Mutation.Edit edit : mutation.edits()) {
            if (edit.java()) {
                String text = Files.readString(repository.root().resolve(edit.file()));
                int at = text.indexOf(edit.old());
                String before = text.substring(text.lastIndexOf('\n', at) + 1, Math.max(at, 0));
                if ((before + edit.old() + edit.fresh()).contains("static final")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int first(Mutation mutation) {
        return mutation.edits().stream().filter(Mutation.Edit::java).mapToInt(edit -> Repository.MODULES.indexOf(edit.module())).min()
            .orElseThrow();
    }

    private void others(String module, Set<String> changed, List<Path> sources) throws IOException {
        try (Stream<Path> all = Files.walk(repository.root().resolve(module + MAIN))) {
            all.filter(each -> each.toString().endsWith(".java") && !changed.contains(repository.root().relativize(each).toString()))
                .forEach(sources::add);
        }
    }

    /** Puts the text in the place of a file, and of its copies in dist/, in a tree that is otherwise made of links. */
    private void put(String file, String text) throws IOException {
        if (file.contains("/src/main/")) {
            return;
        }
        if (!tree) {
            tree = true;
            Set<String> real = new LinkedHashSet<>(Repository.MODULES);
            Files.createDirectories(root());
            links(repository.root(), root(), real);
            for (String module : real) {
                links(repository.root().resolve(module), Files.createDirectory(root().resolve(module)), Set.of());
            }
        }
        Path original = repository.root().resolve(file);
        List<Path> places = new ArrayList<>(List.of(Path.of(file)));
        Path dist = repository.root().resolve("dist");
        if (Files.isDirectory(dist)) {
            try (Stream<Path> all = Files.walk(dist)) {
                for (Path copy : all.filter(Files::isRegularFile).toList()) {
                    if (Files.size(copy) == Files.size(original) && Files.mismatch(copy, original) < 0) {
                        places.add(repository.root().relativize(copy));
                    }
                }
            }
        }
        if (places.size() > 1 && Files.isSymbolicLink(root().resolve("dist"))) {
            // Of files and not of links: what is installed from it has its owners and modes.
            Files.delete(root().resolve("dist"));
            copy(dist, root().resolve("dist"));
        }
        for (Path place : places) {
            Path at = real(place);
            Files.delete(at);
            Files.copy(original, at, StandardCopyOption.COPY_ATTRIBUTES);
            Files.writeString(at, text);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each)), StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    /** Makes the directories on the way to a file real ones, so that a file in them can be another. */
    private Path real(Path file) throws IOException {
        Path at = root();
        Path from = repository.root();
        for (Path name : file.getParent()) {
            at = at.resolve(name);
            from = from.resolve(name);
            if (Files.isSymbolicLink(at)) {
                Files.delete(at);
                links(from, Files.createDirectory(at), Set.of());
            }
        }
        return root().resolve(file);
    }

    private static void links(Path from, Path to, Set<String> except) throws IOException {
        try (Stream<Path> all = Files.list(from)) {
            for (Path each : all.toList()) {
                String name = each.getFileName().toString();
                if (!except.contains(name)) {
                    Files.createSymbolicLink(to.resolve(name), Files.isSymbolicLink(each) ? Files.readSymbolicLink(each) : each);
                }
            }
        }
    }

    /** The fat jars of the modules as they are compiled, with the mutated classes: system properties for the lab. */
    List<String> jars() throws IOException {
        List<String> properties = new ArrayList<>();
        for (String name : List.of("agent", "manager", "testbed")) {
            String module = "testbed".equals(name) ? name : name + "-verticle";
            Path built = repository.root().resolve(module + "/target/failover-" + name + ".jar");
            if (!Files.exists(built)) {
                throw new IllegalArgumentException(built + " is missing, and this test starts the program: mvn -DskipTests package");
            }
            Path jar = directory.resolve("failover-" + name + ".jar");
            if (!Files.exists(jar)) {
                Files.copy(built, jar);
                try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of())) {
                    List<String> inside = Arrays.asList("testbed".equals(name) ? Repository.MODULES.toArray(String[]::new)
                        : new String[] {"protocol", module});
                    for (String each : inside) {
                        update(repository.root().resolve(each + "/target/classes"), zip, ".class");
                    }
                    update(classes(), zip, "");
                }
            }
            properties.add("-Dfailover." + name + ".jar=" + jar);
        }
        return properties;
    }

    private static void update(Path from, FileSystem zip, String ending) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.filter(file -> Files.isRegularFile(file) && file.toString().endsWith(ending)).toList()) {
                Path to = zip.getPath(from.relativize(each).toString());
                if (Files.exists(to) && Files.size(to) == Files.size(each) && Files.mismatch(to, each) < 0) {
                    continue;
                }
                if (to.getParent() != null) {
                    Files.createDirectories(to.getParent());
                }
                Files.copy(each, to, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
