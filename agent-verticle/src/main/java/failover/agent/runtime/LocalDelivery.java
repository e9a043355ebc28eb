package failover.agent.runtime;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import java.time.Duration;

/** Hands immutable records to our own workers over the bus as they are; such a message never leaves the process. */
public final class LocalDelivery implements MessageCodec<Object, Object> {
    private static final String NAME = "failover.agent.local";

    private LocalDelivery() {
    }

    /** Makes {@link #within} usable on that bus; harmless when it is already. */
    public static void prepare(EventBus bus) {
        try {
            bus.registerCodec(new LocalDelivery());
        } catch (IllegalStateException ignored) {
            // Another agent in this Vert.x was first; the codec has no state.
        }
    }

    /** For a request that fails after {@code limit}, and for replies. */
    public static DeliveryOptions within(Duration limit) {
        return new DeliveryOptions().setCodecName(NAME).setLocalOnly(true).setSendTimeout(limit.toMillis());
    }

    /** For replies. */
    public static DeliveryOptions reply() {
        return new DeliveryOptions().setCodecName(NAME).setLocalOnly(true);
    }

    @Override
    public Object transform(Object message) {
        return message;
    }

    @Override
    public void encodeToWire(Buffer buffer, Object message) {
        throw new UnsupportedOperationException("this message stays in its process: " + message.getClass().getName());
    }

    @Override
    public Object decodeFromWire(int position, Buffer buffer) {
        throw new UnsupportedOperationException("messages of this codec stay in their process");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
