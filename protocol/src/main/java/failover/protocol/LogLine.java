package failover.protocol;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;

/**
 * One event, one line, as the original writes it: {@code 2006/01/02 15:04:05.000000 message} in local time. Warnings and errors have their
 * level in front of the message, unless it begins with CRITICAL. Control characters are written out, so that a text received from elsewhere
 * cannot fake a line or drive a terminal, nor turn the writing round; the lines of a multi-line message are indented.
 */
final class LogLine extends EncoderBase<ILoggingEvent> {
    private static final byte[] NONE = new byte[0];
    private static final int FIRST_BEYOND_ASCII = 0x80;

    @Override
    public byte[] headerBytes() {
        return NONE;
    }

    @Override
    public byte[] footerBytes() {
        return NONE;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        time(line, LocalDateTime.ofInstant(event.getInstant() == null ? Instant.ofEpochMilli(event.getTimeStamp()) : event.getInstant(),
                ZoneId.systemDefault()));
        String message = String.valueOf(event.getFormattedMessage());
        if (!message.startsWith("CRITICAL")) {
            line.append(event.getLevel() == Level.ERROR ? "ERROR: " : event.getLevel() == Level.WARN ? "WARNING: " : "");
        }
        text(line, message);
        if (event.getThrowableProxy() instanceof ThrowableProxy thrown) {
            text(line.append("\n\t"), ThrowableProxyUtil.asString(thrown).stripTrailing());
        }
        return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The line that stands where others are missing. */
    static byte[] missing(long lines, Instant since, String why) {
        StringBuilder line = new StringBuilder(160);
        time(line, LocalDateTime.ofInstant(Instant.now(), ZoneId.systemDefault()));
        text(line, "WARNING: " + (lines == 1 ? "1 line of the log is missing here: " : lines + " lines of the log are missing here: ") + why
                + "; the first was of ");
        time(line, LocalDateTime.ofInstant(since, ZoneId.systemDefault()));
        line.setCharAt(line.length() - 1, '\n');
        return line.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void time(StringBuilder line, LocalDateTime at) {
        digits(line, at.getYear(), 4).append('/');
        digits(line, at.getMonthValue(), 2).append('/');
        digits(line, at.getDayOfMonth(), 2).append(' ');
        digits(line, at.getHour(), 2).append(':');
        digits(line, at.getMinute(), 2).append(':');
        digits(line, at.getSecond(), 2).append('.');
        digits(line, at.getNano() / 1_000, 6).append(' ');
    }

    private static StringBuilder digits(StringBuilder line, int value, int width) {
        String text = Integer.toString(value);
        return line.append("0".repeat(Math.max(0, width - text.length()))).append(text);
    }

    private static void text(StringBuilder line, String message) {
        int c;
        for (int i = 0; i < message.length(); i += Character.charCount(c)) {
            c = message.codePointAt(i);
            if (c == '\n') {
                line.append("\n\t");
            } else if (c != '\t' && Character.isISOControl(c)) {
                line.append(String.format("\\x%02x", c));
            } else if (c >= FIRST_BEYOND_ASCII && Bounds.forges(c)) {
                line.append(String.format("\\u%04x", c));
            } else {
                line.appendCodePoint(c);
            }
        }
    }
}
