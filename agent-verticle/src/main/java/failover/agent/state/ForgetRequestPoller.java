package failover.agent.state;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls once a second for what an operator on this host wants forgotten ({@link ForgetRequests}), and acknowledges it once it is durable.
 * On a disk that hangs one poll waits for it, and no other is begun. Used on the agent's context.
 */
public final class ForgetRequestPoller {
    private static final Logger LOG = LoggerFactory.getLogger(ForgetRequestPoller.class);
    private static final long EVERY_MILLIS = 1000;
    private final Vertx vertx;
    private final ForgetRequests requests;
    private final Supplier<Future<String>> save;
    private final Consumer<ForgetRequests.Asked> forget;
    private long timer;
    private boolean polling;
    /** In force, and not known to be durable yet. */
    private ForgetRequests.Asked granted;
    private String trouble;

    /**
     * A poller that does not run yet.
     *
     * @param save writes the agent's state as it is then; the future's value is why that failed, {@code null} when it is durable
     * @param forget called once for each request
     */
    public ForgetRequestPoller(Vertx vertx, Path stateDir, Supplier<Future<String>> save, Consumer<ForgetRequests.Asked> forget) {
        this.vertx = vertx;
        this.requests = new ForgetRequests(stateDir);
        this.save = save;
        this.forget = forget;
    }

    /** From now on. */
    public void start() {
        timer = vertx.setPeriodic(EVERY_MILLIS, due -> poll());
    }

    /** No more. */
    public void stop() {
        vertx.cancelTimer(timer);
    }

    private void poll() {
        if (polling) {
            return;
        }
        polling = true;
        vertx.executeBlocking(requests::asked, false).compose(asked -> asked.any() ? grant(asked) : Future.succeededFuture())
            .onComplete(done -> {
                polling = false;
                String why = done.failed() ? String.valueOf(done.cause().getMessage()) : null;
                if (why != null && !why.equals(trouble)) {
                    LOG.error("What an operator wants this agent to forget is not durable yet: {}", why);
                }
                trouble = why;
            });
    }

    private Future<Void> grant(ForgetRequests.Asked asked) {
        if (!asked.equals(granted)) {
            granted = asked;
            forget.accept(asked);
        }
        return save.get().compose(error -> error != null ? Future.<Void>failedFuture(error) : vertx.<Void>executeBlocking(() -> {
            requests.done(asked);
            return null;
        }, false)).onSuccess(done -> granted = null);
    }
}
