package failover.manager;

import failover.manager.config.ManagerConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** The manager. */
public final class ManagerVerticle extends VerticleBase {
  private final ManagerConfig config;

  /** For the Vert.x launcher: the settings are the deployment's configuration and the environment. */
  public ManagerVerticle() {
    this(null);
  }

  public ManagerVerticle(ManagerConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    ManagerConfig effective = config == null ? ManagerMain.configured(config()) : config;
    return Future.succeededFuture(effective);
  }
}
