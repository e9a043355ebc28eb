package failover.testbed;

import io.vertx.core.Deployable;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs one verticle in a small Vert.x: one event loop, one worker, no files. */
public final class Simulators {
    private static final long START_SECONDS = 10;

    private Simulators() {
    }

    /** A Vert.x of the smallest size. */
    public static Vertx vertx() {
        return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1).setInternalBlockingPoolSize(1)
            .setFileSystemOptions(new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    }

    /** Deploys and returns once it listens. Blocks. The process then lives until it is told to end. */
    public static int run(Deployable verticle) throws Exception {
        Vertx vertx = vertx();
        try {
            vertx.deployVerticle(verticle).toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
            return TestbedMain.RUNNING;
        } catch (ExecutionException e) {
            vertx.close();
            throw new IllegalStateException("cannot start: " + e.getCause(), e);
        } catch (TimeoutException e) {
            vertx.close();
            throw new IllegalStateException("did not start within " + START_SECONDS + " s", e);
        }
    }
}
