package failover.testbed.e2e;

import failover.testbed.lab.Await;
import failover.testbed.lab.BashRunner;
import failover.testbed.lab.FrozenDisk;
import failover.testbed.lab.FullDisk;
import failover.testbed.lab.Lab;
import failover.testbed.lab.MemoryLimit;
import failover.testbed.lab.MuteResolver;
import failover.testbed.lab.Needs;
import failover.testbed.lab.TaskLimit;
import failover.testbed.lab.UnreadPipe;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Something on which the agent of host "a" leans, and which goes: how the host is made so that it can go, and how it is taken.
 */
interface Deprivation extends AutoCloseable {
    /** What can go, in an order in which all of it can: what needs the agent's help to be taken comes first or in its own JVM. */
    enum Kind {
        WORKER_HELD, FILES_USED_UP, TASKS, MEMORY, STDOUT_UNREAD, LOG_DISK_FROZEN, STATE_DIR_FROZEN, LEASE_DIR_FULL, LEASE_DIR_FROZEN,
        RPC_DRIPS, RPC_SILENT, RESOLVER_MUTE, LOOPS_BLOCKED, HEAP
    }

    /** Adds to the agent's configuration. */
    default void configure(JsonObject agent) {
    }

    /** What the agent is started by. */
    default List<String> prefix() {
        return List.of();
    }

    /** The resource goes. */
    void take(Lab lab) throws IOException;

    /** It is there again, so that whoever waits for it can be ended with the lab. */
    default void giveBack() throws IOException {
    }

    /** When the lab's processes are gone. */
    @Override
    default void close() {
    }

    /** Makes one, with a directory of the test for its files. */
    static Deprivation of(Kind kind, Path tmp) throws IOException {
        Path own = Files.createDirectories(tmp.resolve(kind.name()));
        return switch (kind) {
            case TASKS -> new Tasks(TaskLimit.create());
            case MEMORY -> new Memory(MemoryLimit.ofMegabytes(256));
            case HEAP -> new Inside(Saboteur.HEAP, own);
            case FILES_USED_UP -> new Inside(Saboteur.FILES, own);
            case LOOPS_BLOCKED -> new Inside(Saboteur.LOOPS, own);
            case STDOUT_UNREAD -> new Unread(UnreadPipe.in(own, own.resolve("log")));
            case LOG_DISK_FROZEN -> new Frozen(Needs.disk(own), "log_file", "agent.log");
            case STATE_DIR_FROZEN -> new Frozen(Needs.disk(own), "state_dir", "state");
            case LEASE_DIR_FROZEN -> new Frozen(Needs.disk(own), "lease_dir", "lease");
            case LEASE_DIR_FULL -> new Full(FullDisk.on(own), own);
            case RPC_DRIPS -> simple(lab -> lab.validator("a").fault("rpc-drip", "100"));
            case RPC_SILENT -> simple(lab -> lab.validator("a").fault("rpc-hang"));
            case RESOLVER_MUTE -> new Mute(MuteResolver.in(own));
            case WORKER_HELD -> new Held(own.resolve("hold"));
        };
    }

    private static Deprivation simple(Consumer<Lab> taken) {
        return taken::accept;
    }

    /** The service's TasksMax is reached. */
    record Tasks(TaskLimit limit) implements Deprivation {
        @Override
        public void take(Lab lab) throws IOException {
            limit.reachedBy(lab.agent("a"));
        }

        @Override
        public void giveBack() throws IOException {
            limit.lift();
        }

        @Override
        public void close() {
            limit.close();
        }
    }

    /** The service's MemoryMax is reached, all the time: by a command of it, which the OOM killer ends first (OOMScoreAdjust). */
    record Memory(MemoryLimit limit) implements Deprivation {
        @Override
        public void take(Lab lab) throws IOException {
            limit.exhaustBeside(lab.agent("a"));
        }

        @Override
        public void giveBack() {
            limit.relent();
        }

        @Override
        public void close() {
            limit.close();
        }
    }

    /** What only the agent's own JVM can be robbed of from within. */
    record Inside(String what, Path directory) implements Deprivation {
        @Override
        public List<String> prefix() {
            try {
                return List.of("sh", "-c", "export JAVA_TOOL_OPTIONS=\"${JAVA_TOOL_OPTIONS:-} " + Saboteur.option(directory)
                    + "\"; exec \"$@\"", "sh");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public void take(Lab lab) throws IOException {
            if (Saboteur.FILES.equals(what)) {
                BashRunner.run(List.of("prlimit", "--pid", String.valueOf(lab.agent("a").pid()), "--nofile=256:256")).ok();
            }
            Files.createFile(directory.resolve(what));
            Await.until("the saboteur takes the " + what, Pair.SOON, () -> !Files.exists(directory.resolve(what)));
        }
    }

    /** Nobody reads what the agent writes. */
    record Unread(UnreadPipe pipe) implements Deprivation {
        @Override
        public List<String> prefix() {
            return pipe.prefix();
        }

        @Override
        public void take(Lab lab) {
            pipe.stopReading();
        }

        @Override
        public void close() {
            pipe.close();
        }
    }

    /** A directory of the agent lies on a disk that hangs. */
    record Frozen(FrozenDisk disk, String key, String name) implements Deprivation {
        @Override
        public void configure(JsonObject agent) {
            agent.put(key, disk.directory().resolve(name).toString());
        }

        @Override
        public void take(Lab lab) {
            disk.freeze();
        }

        @Override
        public void giveBack() {
            disk.thaw();
        }

        @Override
        public void close() {
            disk.close();
        }
    }

    /** The lease file cannot be written. */
    record Full(FullDisk disk, Path directory) implements Deprivation {
        @Override
        public void configure(JsonObject agent) {
            agent.put("lease_dir", directory.toString());
        }

        @Override
        public void take(Lab lab) throws IOException {
            disk.fill();
        }

        @Override
        public void close() {
            disk.close();
        }
    }

    /** Whom it asks by name it finds no more. */
    record Mute(MuteResolver resolver) implements Deprivation {
        @Override
        public void configure(JsonObject agent) {
            for (String key : List.of("local_rpc", "peer_endpoint")) {
                agent.put(key, agent.getString(key).replace("127.0.0.1", MuteResolver.NAME));
            }
        }

        @Override
        public List<String> prefix() {
            return resolver.prefix();
        }

        @Override
        public void take(Lab lab) throws IOException {
            resolver.fallSilent();
        }

        @Override
        public void close() {
            resolver.close();
        }
    }

    /** A command that ignores SIGTERM keeps the worker that runs commands. */
    record Held(Path hold) implements Deprivation {
        @Override
        public void configure(JsonObject agent) {
            agent.put("tower_backup_command", "if [ -e " + hold + " ]; then trap '' TERM; touch " + hold + ".held; while :; do sleep 600;"
                + " done; fi; " + agent.getString("tower_backup_command"));
        }

        @Override
        public void take(Lab lab) throws IOException {
            Files.createFile(hold);
            Await.until("a command holds the worker", Pair.SOON,
                () -> Files.exists(hold.resolveSibling("hold.held")));
        }
    }
}
