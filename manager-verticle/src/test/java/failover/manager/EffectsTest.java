package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import failover.manager.FakeAgent.Await;
import failover.manager.config.ManagerConfig;
import failover.manager.decision.DurableManagerState;
import failover.manager.decision.Host;
import failover.manager.decision.ManagerEffect;
import failover.manager.decision.ManagerEvent;
import failover.manager.decision.Step;
import failover.protocol.Level;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.StatusRequest;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Whatever the manager's decisions may ask for, it does, and what is to be answered is. */
@Timeout(60)
class EffectsTest {
    private static final Duration SHORT = Duration.ofSeconds(5);
    private static final List<ManagerEffect> EFFECTS = List.of(
        new ManagerEffect.Poll(Host.PRIMARY, 4711, StatusRequest.EMPTY, SHORT), new ManagerEffect.ReadNetworkSlot(),
        new ManagerEffect.ReadVotes("x", SHORT, 1), new ManagerEffect.ReadNodes(1),
        new ManagerEffect.Save(4712, DurableManagerState.fresh("manager")),
                new ManagerEffect.Remember(DurableManagerState.fresh("manager")),
        new ManagerEffect.Command(Host.SECONDARY, 4713, new FailoverRequest("become_passive", "", false, 0, "op", 1, 0, false), SHORT),
        new ManagerEffect.Answer(4714, new ManagerEffect.OperatorAnswer(503, "no", null)), new ManagerEffect.Wake(Duration.ZERO),
        new ManagerEffect.Say(Level.INFO, "a line"));
    @TempDir
    Path directory;
    private final Vertx vertx = Vertx.vertx();
    private final List<String> logged = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void everyKindOfEffectIsPerformedAndAnswered() throws Exception {
        assertEquals(Set.of(ManagerEffect.class.getPermittedSubclasses()),
            EFFECTS.stream().map(Object::getClass).collect(Collectors.toSet()), "a new kind: perform it, and add it here");
        FakeAgent nobody = new FakeAgent(vertx, FakeAgent.always(FakeAgent.json("{\"result\":1000}")));
        JsonObject settings = new JsonObject().put("active_validator", nobody.endpoint().toString())
            .put("passive_validator", new FakeAgent(vertx, FakeAgent.always(FakeAgent.json("{}"))).endpoint().toString())
            .put("cluster_rpc", new JsonArray().add(nobody.endpoint().toString())).put("heartbeat_interval", "100ms")
            .put("state_dir", directory.resolve("state").toString()).put("api_listen", "127.0.0.1:0").put("dry_run", false);
        List<Predicate<ManagerEvent>> awaited = List.of(
            event -> event instanceof ManagerEvent.StatusReplied said && said.poll() == 4711
                || event instanceof ManagerEvent.StatusFailed silent && silent.poll() == 4711,
            event -> event instanceof ManagerEvent.CommandReplied said && said.command() == 4713
                || event instanceof ManagerEvent.CommandFailed silent && silent.command() == 4713,
            event -> event instanceof ManagerEvent.NetworkSlotRead || event instanceof ManagerEvent.NetworkSlotUnknown,
            event -> event instanceof ManagerEvent.VotesRead || event instanceof ManagerEvent.VotesUnknown,
            event -> event instanceof ManagerEvent.Saved saved && saved.number() == 4712 && saved.error() == null);
        List<CountDownLatch> come = Stream.generate(() -> new CountDownLatch(1)).limit(awaited.size()).toList();
        boolean[] asked = {false};
        ManagerVerticle manager = new ManagerVerticle(ManagerConfig.fromVertx(settings, Map.of()), real -> (state, event, now) -> {
            for (int i = 0; i < come.size(); i++) {
                if (awaited.get(i).test(event)) {
                    come.get(i).countDown();
                }
            }
            if (event instanceof ManagerEvent.Tick && !asked[0]) {
                asked[0] = true;
                return new Step(state, EFFECTS);
            }
            return new Step(state, List.of());
        });
        Logger log = (Logger) LoggerFactory.getLogger(ManagerVerticle.class);
        AppenderBase<ILoggingEvent> ear = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent line) {
                logged.add(line.getFormattedMessage());
            }
        };
        ear.start();
        log.addAppender(ear);
        try {
            Await.result(vertx.deployVerticle(manager));
            for (int i = 0; i < come.size(); i++) {
                assertTrue(come.get(i).await(20, TimeUnit.SECONDS), "no answer of kind " + i + ": " + logged);
            }
        } finally {
            log.detachAppender(ear);
        }
        assertTrue(logged.contains("a line"), logged.toString());
        assertTrue(logged.stream().noneMatch(line -> line.contains("is not performed")), logged.toString());
    }
}
