package failover.agent;

import failover.agent.config.AgentConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** The agent. */
public final class AgentVerticle extends VerticleBase {
  private final AgentConfig config;

  /** For the Vert.x launcher: the settings are the deployment's configuration and the environment. */
  public AgentVerticle() {
    this(null);
  }

  public AgentVerticle(AgentConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    AgentConfig effective = config == null ? AgentMain.configured(config()) : config;
    return Future.succeededFuture(effective);
  }
}
