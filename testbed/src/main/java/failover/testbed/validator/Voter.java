package failover.testbed.validator;

import failover.protocol.solana.Keypair;
import failover.protocol.solana.Pubkey;
import failover.protocol.solana.Tower;
import failover.protocol.solana.TowerReading;
import failover.protocol.solana.TowerWriter;
import failover.testbed.chain.ChainView;
import failover.testbed.chain.VoteState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Who a validator is and what it has voted: the part of Agave that must never run twice. It saves the tower before the vote leaves, as
 * Agave does. Owned by one event loop; writes small files there.
 */
final class Voter {
    private final Path ledger;
    private final List<Keypair> authorizedVoters = new ArrayList<>();
    private Keypair identity;
    private VoteState state = VoteState.EMPTY;
    private OptionalLong towerSlot = OptionalLong.empty();
    private boolean adopted;

    Voter(Path ledger, Keypair identity, List<Keypair> authorizedVoters) {
        this.ledger = ledger;
        // Agave: without --authorized-voter the boot identity is the only authorized voter.
        this.authorizedVoters.addAll(authorizedVoters.isEmpty() ? List.of(identity) : authorizedVoters);
        become(identity);
    }

    Pubkey identity() {
        return identity.pubkey();
    }

    Path towerFile(Pubkey of) {
        return ledger.resolve(Tower.fileName(of));
    }

    TowerReading tower(Pubkey of) {
        return Tower.read(towerFile(of), of);
    }

    /** Takes an identity with whatever valid tower the ledger has for it. */
    void become(Keypair next) {
        identity = next;
        adopted = false;
        TowerReading reading = tower(next.pubkey());
        state = reading.tower().map(VoteState::of).orElse(VoteState.EMPTY);
        towerSlot = reading.tower().map(Tower::lastVotedSlot).orElse(OptionalLong.empty());
    }

    /** The last slot of the tower file that was found when the identity was taken; empty if there was none. */
    OptionalLong towerSlot() {
        return towerSlot;
    }

    boolean addAuthorizedVoter(Keypair voter) {
        if (authorizedVoters.stream().anyMatch(known -> known.pubkey().equals(voter.pubkey()))) {
            return false;
        }
        return authorizedVoters.add(voter);
    }

    void removeAllAuthorizedVoters() {
        authorizedVoters.clear();
    }

    boolean carries(ChainView view) {
        return view.node().equals(identity());
    }

    boolean mayVote(ChainView view) {
        return carries(view) && authorizedVoters.stream().anyMatch(voter -> voter.pubkey().equals(view.node()));
    }

    /** Votes for a slot if that is allowed and new; true if a vote was signed and its tower is on disk. */
    boolean vote(ChainView view, long slot, boolean saveTower) throws IOException {
        if (!adopted && view.state().last() > state.last()) {
            // Agave adopts the on-chain vote state where it is newer than the tower.
            state = view.state();
        }
        adopted = true;
        if (slot <= state.last()) {
            return false;
        }
        state = state.vote(slot);
        if (saveTower) {
            long seconds = System.currentTimeMillis() / 1000;
            TowerWriter.save(ledger, identity(), TowerWriter.encode(identity, state.votes(), state.root(), seconds));
        }
        return true;
    }

    long lastVote() {
        return state.last();
    }
}
