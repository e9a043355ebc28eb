package failover.testbed.sim;

import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PeerStatusResponse;
import java.util.function.Consumer;

/** The way from one agent to the other. Every question has exactly one answer; {@code null} is none within the time. */
final class PeerLink {
    private static final long PATIENCE = 2_000_000_000L;

    private final SimContext world;
    private final SimProcess program;
    private final int host;
    private AgentHost peer;
    private int peerHost;
    private boolean lost;

    PeerLink(SimContext world, SimProcess program, int host) {
        this.world = world;
        this.program = program;
        this.host = host;
    }

    /** {@code itsHost}: the number of the host that it is on. */
    void to(AgentHost other, int itsHost) {
        peer = other;
        peerHost = itsHost;
    }

    /** A script lets nothing from this host to the other, or everything again. */
    void cut(boolean cut) {
        lost = cut;
    }

    boolean isCut() {
        return lost;
    }

    void ask(PeerStatusRequest question, Consumer<PeerStatusResponse> answer) {
        boolean cut = lost || world.on(Fault.Kind.PEER_LINK_CUT, 0) || silenced(host) || silenced(peerHost);
        if (cut || !peer.listens()) {
            program.after(cut ? PATIENCE : 1_000_000, () -> answer.accept(null));
            return;
        }
        RandomStream network = world.dice(RandomStream.Concern.NETWORK, host);
        boolean[] answered = new boolean[1];
        Consumer<PeerStatusResponse> once = words -> {
            if (!answered[0]) {
                answered[0] = true;
                answer.accept(words);
            }
        };
        int life = program.life();
        long there = network.millis(0, 3);
        long back = network.millis(0, 3);
        world.agenda().after(there, () -> {
            if (world.machine(peerHost).asleep() && world.on(Fault.Kind.DROP_TO_SLEEPING_HOST, peerHost)) {
                return;
            }
            peer.arrive(() -> peer.peerAsks(question, words -> world.agenda().after(back, () -> {
                if (life == program.life() && !peer.link().isCut()) {
                    program.arrive(() -> once.accept(words));
                }
            })));
        });
        program.after(PATIENCE, () -> once.accept(null));
    }

    private boolean silenced(int which) {
        return world.on(Fault.Kind.HOST_SILENT, which);
    }
}
