package failover.manager.decision;

/**
 * What a source says of itself: two names of one node are one source, and one of another cluster is none (safety.md, E6). Each part is
 * {@code null}, or 0, where the node did not say.
 *
 * @param identity the node's own public key, base58 ({@code getIdentity})
 * @param genesis hash of the first block of its cluster, base58 ({@code getGenesisHash})
 * @param finalized the newest slot that its cluster has finalized ({@code getSlot})
 */
public record NodeReport(String identity, String genesis, long finalized) {
    /** It says nothing. */
    public static final NodeReport SILENT = new NodeReport(null, null, 0);
}
