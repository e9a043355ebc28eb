package failover.testbed.e2e;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.internal.InternalThreadLocalMap;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Takes from a program, from within its JVM, what cannot be taken from outside: its heap, its open files, its event loops. A Java agent:
 * loaded with {@link #option}, it waits for a file in its directory that names what goes. Done once for each file.
 */
public final class Saboteur {
    /** All of the heap, again and again. */
    static final String HEAP = "heap";
    /** All file descriptors that there may be. */
    static final String FILES = "files";
    /** Each event loop waits for ever in something it was given to do. */
    static final String LOOPS = "loops";

    private static final long LOOK_NANOS = 20_000_000;
    private static final List<Object> HELD = new ArrayList<>();

    private Saboteur() {
    }

    /** The JVM option that brings it into a program, which it obeys through that directory; packed into a jar there. */
    static String option(Path directory) throws IOException {
        Path jar = directory.resolve("saboteur.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Premain-Class"), Saboteur.class.getName());
        String name = Saboteur.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                var code = Saboteur.class.getClassLoader().getResourceAsStream(name)) {
            out.putNextEntry(new JarEntry(name));
            out.write(code.readAllBytes());
            out.closeEntry();
        }
        return "-javaagent:" + jar + "=" + directory;
    }

    /** Called by the JVM before the program begins. */
    public static void premain(String directory) {
        // Everything the thread will need is loaded before it is gone.
        Thread thread = new Thread(() -> obey(Path.of(directory)), "saboteur");
        thread.setDaemon(true);
        thread.start();
    }

    private static void obey(Path directory) {
        while (true) {
            LockSupport.parkNanos(LOOK_NANOS);
            try {
                if (Files.deleteIfExists(directory.resolve(LOOPS))) {
                    blockLoops();
                }
                if (Files.deleteIfExists(directory.resolve(FILES))) {
                    takeFiles();
                }
                if (Files.deleteIfExists(directory.resolve(HEAP))) {
                    takeHeap();
                }
            } catch (IOException e) {
                // Not there yet, or it cannot be looked for: the next time. Nothing is printed, for that may go, too.
                continue;
            }
        }
    }

    /** Finds each event loop by what its thread remembers of itself. */
    private static void blockLoops() {
        Set<EventExecutor> loops = new HashSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            InternalThreadLocalMap map = thread instanceof FastThreadLocalThread fast ? fast.threadLocalMap() : null;
            for (int i = 0; map != null && i < 256; i++) {
                if (map.indexedVariable(i) instanceof EventExecutor loop) {
                    loops.add(loop);
                }
            }
        }
        loops.forEach(loop -> loop.execute(() -> {
            while (true) {
                LockSupport.park();
            }
        }));
    }

    private static void takeFiles() {
        try {
            while (true) {
                HELD.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException expected) {
            // That was the last one.
        }
    }

    @SuppressWarnings("InfiniteLoopStatement")
    private static void takeHeap() {
        int size = 1 << 20;
        while (true) {
            try {
                HELD.add(new byte[size]);
            } catch (OutOfMemoryError expected) {
                // Whatever was freed meanwhile is taken too, to the last kilobyte.
                size = Math.max(256, size / 2);
                if (size == 256) {
                    LockSupport.parkNanos(LOOK_NANOS / 10);
                }
            }
        }
    }
}
