package failover.agent.fence;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.List;

/**
 * What a fence needs and might not find when it is due: file descriptors and memory, held from the start and let go when the fence begins
 * (S15). Any thread.
 */
final class ResourceReserve {
    private static final int FILES = 16;
    private static final int BYTES = 1 << 20;
    private final List<RandomAccessFile> files = new ArrayList<>(FILES);
    private byte[] memory;

    /** Takes what is free, up to what is wanted. */
    synchronized void take() {
        try {
            memory = memory == null ? new byte[BYTES] : memory;
            while (files.size() < FILES) {
                files.add(new RandomAccessFile("/dev/null", "r"));
            }
        } catch (IOException | OutOfMemoryError e) {
            // What there is has to do; the next take finds more.
            return;
        }
    }

    /** Lets all of it go. Opens nothing, makes nothing. */
    synchronized void release() {
        memory = null;
        for (int i = files.size() - 1; i >= 0; i--) {
            try {
                files.remove(i).close();
            } catch (IOException e) {
                continue;
            }
        }
    }

    /** How many file descriptors it holds. */
    synchronized int held() {
        return memory == null ? 0 : files.size();
    }
}
