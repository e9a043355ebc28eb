package failover.agent.watchdog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A hardware watchdog, or the kernel's softdog: any byte is a keepalive, a close without the letter V leaves it running to its end. */
final class HardwareWatchdog implements WatchdogDevice {
    private static final byte KEEPALIVE = '1';
    private static final byte CALL_OFF = 'V';
    private final Path device;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1);
    private FileChannel open;

    HardwareWatchdog(Path device) {
        this.device = device;
    }

    @Override
    public void open() throws IOException {
        try {
            open = FileChannel.open(device, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("watchdog: " + device + " cannot be opened: " + e + "; it must be writable for this user, and nobody "
                    + "else may hold it (RuntimeWatchdogSec= of systemd, watchdogd)", e);
        }
    }

    @Override
    public void feed() throws IOException {
        write(KEEPALIVE);
    }

    @Override
    public void leave(boolean safe) throws IOException {
        if (open != null) {
            if (safe) {
                write(CALL_OFF);
            }
            open.close();
            open = null;
        }
    }

    private void write(byte letter) throws IOException {
        buffer.clear();
        buffer.put(letter).flip();
        open.write(buffer);
    }
}
