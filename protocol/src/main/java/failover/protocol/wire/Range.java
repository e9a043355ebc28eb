package failover.protocol.wire;

import failover.protocol.Bounds;

/**
 * What the value of a field of the wire may be. A field outside its range makes the whole record refused, by the field's name; ranges
 * marked "cut" clamp the value instead: those of the original's fields, where the original accepts anything, and of numbers that are only
 * displayed.
 */
enum Range {
    /** An epoch, a start, another count. */
    COUNT(0, Bounds.HIGHEST_COUNT, false),
    /** A slot. */
    SLOT(0, Bounds.HIGHEST_SLOT, false),
    /** Milliseconds of a lease or of what belongs to it. */
    LEASE_MS(0, Bounds.LONGEST_LEASE_MS, false),
    /** Milliseconds that a program waits. */
    TIME_MS(0, Bounds.LONGEST_TIME_MS, false),
    /** Milliseconds that follow from a lease. */
    WAIT_MS(0, Bounds.LONGEST_WAIT_MS, false),
    /** Milliseconds since something; cut. */
    AGO_MS(0, Bounds.LONGEST_AGO_MS, true),
    /** Unix seconds; cut. */
    WHEN(Bounds.FIRST_SECOND, Bounds.LAST_SECOND, true),
    /** Seconds since something; cut. */
    SECONDS(0, Bounds.LAST_SECOND, true),
    /** The difference of two slots; cut. */
    SLOTS(-Bounds.HIGHEST_SLOT, Bounds.HIGHEST_SLOT, true),
    /** Letters, digits, {@code . _ -}; empty counts as absent. */
    ID(Bounds.LONGEST_ID),
    /** The same, longer. */
    TOKEN(Bounds.LONGEST_TOKEN),
    /** Text for people, or of a caller that the original echoes; cut, and without characters that forge a line. */
    TEXT(Bounds.LONGEST_TEXT),
    /** A file in base64. */
    TOWER(Bounds.LARGEST_TOWER_TEXT);

    private final long least;
    private final long most;
    private final boolean cut;

    Range(long least, long most, boolean cut) {
        this.least = least;
        this.most = most;
        this.cut = cut;
    }

    Range(int longest) {
        this(0, longest, false);
    }

    /** The number, brought in where this range does that. */
    long number(long value, String field) throws GoJson.BadJson {
        if (value >= least && value <= most) {
            return value;
        }
        if (cut) {
            return value < least ? least : most;
        }
        throw new GoJson.BadJson(field, field + " is " + value + ", it must lie between " + least + " and " + most);
    }

    /** The text, brought in where this range does that. */
    String text(String value, String field) throws GoJson.BadJson {
        switch (this) {
            case TEXT:
                return Bounds.line(value, (int) most);
            case TOWER:
                if (value.length() > most) {
                    throw new GoJson.BadJson(field, field + " is longer than " + most + " characters");
                }
                return value;
            default:
                if (!value.isEmpty() && !Bounds.isId(value, (int) most)) {
                    throw new GoJson.BadJson(field, field + " must be at most " + most + " letters, digits, dots, underscores, hyphens");
                }
                return value;
        }
    }

    /** Whether this is a range of numbers. */
    boolean ofNumbers() {
        return ordinal() < ID.ordinal();
    }
}
