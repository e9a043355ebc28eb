package failover.agent.validator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.Configs;
import failover.agent.Eventually;
import failover.agent.decision.Observation;
import failover.agent.decision.ProcessView;
import failover.agent.runtime.Address;
import failover.agent.runtime.LocalDelivery;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Shared looks: what was seen before a command or a kill is shown to nobody after it. The probe worker is played by the test. */
@Timeout(60)
@ExtendWith(VertxExtension.class)
class ProbeCacheTest {
    private Vertx vertx;
    private final List<Message<ProbeWorker.Order>> asked = new CopyOnWriteArrayList<>();
    private final List<Observation> listened = new ArrayList<>();
    @TempDir
    Path directory;
    private Context context;
    private ProbeCache observer;

    @BeforeEach
    void start(Vertx given) throws Exception {
        vertx = given;
        LocalDelivery.prepare(vertx.eventBus());
        context = vertx.getOrCreateContext();
        on(() -> {
            vertx.eventBus().<ProbeWorker.Order>localConsumer(Address.PROBE.of("i"), asked::add);
            observer = new ProbeCache(vertx, Configs.of(directory, new JsonObject()), "i", listened::add,
                fresh -> new ProbeWorker.Look(fresh, null, false));
            return null;
        });
    }

    private <T> T on(Callable<T> work) throws Exception {
        io.vertx.core.Promise<T> done = io.vertx.core.Promise.promise();
        context.runOnContext(now -> {
            try {
                done.complete(work.call());
            } catch (Exception e) {
                done.fail(e);
            }
        });
        return done.future().await(20, TimeUnit.SECONDS);
    }

    private static Observation seen(long atNanos, String identity) {
        return new Observation(atNanos, new ProcessView(true, 7, 70, java.time.Duration.ofHours(1), true), 1, true, null, identity, null);
    }

    private void answer(int which, Observation with) throws Exception {
        Eventually.holds(() -> asked.size() > which);
        asked.get(which).reply(with, LocalDelivery.reply());
    }

    @Test
    void aLookIsSharedWhileItIsYoung() throws Exception {
        Future<Observation> first = on(() -> observer.recent());
        Future<Observation> second = on(() -> observer.recent());
        answer(0, seen(System.nanoTime(), "staked"));
        assertEquals("staked", first.await(20, TimeUnit.SECONDS).identity());
        assertEquals("staked", second.await(20, TimeUnit.SECONDS).identity());
        assertEquals(1, asked.size());
        assertEquals(1, listened.size());
    }

    @Test
    void aLookFromBeforeACommandIsNotShownAfterIt() throws Exception {
        long before = System.nanoTime();
        Future<Observation> first = on(() -> observer.recent());
        answer(0, seen(before, "staked"));
        first.await(20, TimeUnit.SECONDS);
        observer.forget();
        Future<Observation> after = on(() -> observer.recent());
        Eventually.holds(() -> asked.size() == 2);
        assertFalse(after.isComplete(), "it is looked at again");
        answer(1, seen(System.nanoTime(), "unstaked"));
        assertEquals("unstaked", after.await(20, TimeUnit.SECONDS).identity());
    }

    @Test
    void aLookThatWasUnderWayWhenACommandRanIsNotShownAfterItEither() throws Exception {
        long before = System.nanoTime();
        Future<Observation> asker = on(() -> observer.recent());
        Eventually.holds(() -> asked.size() == 1);
        observer.forget();
        answer(0, seen(before, "staked"));
        Eventually.holds(() -> asked.size() == 2);
        assertFalse(asker.isComplete(), "what it saw is from before the command");
        answer(1, seen(System.nanoTime(), "unstaked"));
        assertEquals("unstaked", asker.await(20, TimeUnit.SECONDS).identity());
        on(() -> null);
        assertTrue(listened.stream().noneMatch(look -> "staked".equals(look.identity())), "nobody was told of it");
    }
}
