package failover.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** The values of one case of a property: drawn from its seed, the edges of their range among them, and printed when the case fails. */
public final class Draw {
    private final Random random;
    private final List<Object> drawn = new ArrayList<>();

    private Draw(long seed) {
        random = new Random(seed);
    }

    /** The property holds for the cases of the seeds from 0; more of them with -Dfailover.seeds=N. */
    public static void cases(int seeds, Consumer<Draw> property) {
        for (int seed = 0; seed < Integer.getInteger("failover.seeds", seeds); seed++) {
            Draw draw = new Draw(seed);
            try {
                property.accept(draw);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", drawn " + draw.drawn + ": " + e.getMessage(), e);
            }
        }
    }

    /** One of {@code least} to {@code most}, both included; in one of four cases an edge of the range or its neighbour. */
    public int number(int least, int most) {
        int value = between(least, most);
        drawn.add(value);
        return value;
    }

    private int between(int least, int most) {
        if (random.nextInt(4) > 0) {
            return least + random.nextInt(most - least + 1);
        }
        int[] edges = {least, Math.min(least + 1, most), Math.max(most - 1, least), most};
        return edges[random.nextInt(edges.length)];
    }

    /** Any long, of any magnitude: as many small ones as large ones, and the extremes. */
    public long anyLong() {
        long value = random.nextInt(16) == 0 ? (random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE) - random.nextInt(2)
            : random.nextLong() >> random.nextInt(64);
        drawn.add(value);
        return value;
    }

    /** So many bytes; in one of four cases all of them extreme. */
    public byte[] bytes(int least, int most) {
        byte[] value = new byte[between(least, most)];
        random.nextBytes(value);
        if (random.nextInt(4) == 0) {
            byte[] extremes = {0, 1, -1, Byte.MIN_VALUE, Byte.MAX_VALUE};
            int kinds = 1 + random.nextInt(extremes.length);
            for (int i = 0; i < value.length; i++) {
                value[i] = extremes[random.nextInt(kinds)];
            }
        }
        drawn.add(java.util.HexFormat.of().formatHex(value));
        return value;
    }
}
