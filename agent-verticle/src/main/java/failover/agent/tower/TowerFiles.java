package failover.agent.tower;

import failover.agent.config.AgentConfig;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.CommandResult;
import failover.agent.decision.CommandResult.How;
import failover.agent.decision.TowerCheck;
import failover.agent.decision.TowerCheck.Verdict;
import failover.protocol.Bounds;
import failover.protocol.solana.Pubkey;
import failover.protocol.solana.Tower;
import failover.protocol.solana.TowerReading;
import failover.protocol.wire.FinalTower;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tower file of this host: where it lies, what it is worth; it is never deleted here and never replaced by a worse one. Blocks. */
public final class TowerFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TowerFiles.class);
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss.SSS").withZone(ZoneOffset.UTC);
    private static final String COPY = ".before-restore";
    private final AgentConfig config;
    private final TowerLocator place;
    private long seenWritten = Long.MIN_VALUE;
    private long seenAt;

    public TowerFiles(AgentConfig config) {
        this.config = config;
        this.place = new TowerLocator(config);
    }

    /** Judges the tower that a promotion would use. */
    public TowerCheck check(String stakedIdentity) {
        TowerLocator.Found found = place.find(stakedIdentity);
        if (found.path() == null) {
            return new TowerCheck(found.known() ? Verdict.BAD : Verdict.NOT_KNOWN, found.why(), 0);
        }
        return judge(found.path(), stakedIdentity);
    }

    /** The same for a host that votes with it, and how long ago it was written. */
    public AgentEvent.TowerSeen look(String stakedIdentity) {
        TowerCheck check = check(stakedIdentity);
        Path file = check.verdict() == Verdict.VALID ? place.find(stakedIdentity).path() : null;
        if (file == null) {
            return new AgentEvent.TowerSeen(check, 0);
        }
        try {
            long ago = writtenAgo(Files.getLastModifiedTime(file).toMillis(), System.currentTimeMillis(), System.nanoTime());
            return new AgentEvent.TowerSeen(check, Math.min(ago, Bounds.LONGEST_AGO_MS));
        } catch (IOException e) {
            return new AgentEvent.TowerSeen(new TowerCheck(Verdict.BAD, "when " + file + " was written cannot be told: " + e, 0), 0);
        }
    }

    /**
     * How long ago a file was written, in milliseconds. Where that lies ahead, because the wall clock was set back since, for as long as it
     * has been seen to lie there: a file that is no longer written must not appear to be until the clock has caught up.
     */
    synchronized long writtenAgo(long writtenMillis, long wallMillis, long nanos) {
        if (writtenMillis != seenWritten) {
            seenWritten = writtenMillis;
            seenAt = nanos;
        }
        return writtenMillis <= wallMillis ? wallMillis - writtenMillis : Duration.ofNanos(nanos - seenAt).toMillis();
    }

    /** The tower of a host whose identity is off, to be handed on; empty, with a line in the log, when there is no valid one. */
    public Optional<FinalTower> take(String stakedIdentity) {
        Path file = stakedIdentity == null ? null : place.find(stakedIdentity).path();
        if (file == null) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(Tower.LARGEST_FILE + 1);
            TowerReading reading = Tower.read(content, Pubkey.parse(stakedIdentity));
            if (reading.valid()) {
                long slot = reading.tower().orElseThrow().lastVotedSlot().orElse(0);
                return Optional.of(new FinalTower(slot, Base64.getEncoder().encodeToString(content)));
            }
            LOG.warn("The tower is not handed on: {}: {}", file, reading.reason());
        } catch (IOException e) {
            LOG.warn("The tower is not handed on: {}", e.toString());
        }
        return Optional.empty();
    }

    /** True for that long from now: the result of a disk operation, which may hang, is still wanted. */
    public static BooleanSupplier wantedFor(Duration limit) {
        long until = System.nanoTime() + limit.toNanos();
        return () -> System.nanoTime() - until < 0;
    }

    /**
     * Puts the tower that was handed over in its place, whole or not at all; one that is here and not older stays.
     *
     * @param wanted the result is still wanted: on a disk that hung, a validator may have a newer one there by now
     */
    public TowerCheck install(String stakedIdentity, FinalTower handed, BooleanSupplier wanted) {
        Path file = stakedIdentity == null ? null : place.find(stakedIdentity).path();
        if (file == null) {
            return new TowerCheck(Verdict.NOT_KNOWN, "where the tower belongs is not known; set ledger_path or tower_file_path", 0);
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".handed-over");
        try {
            byte[] content = Base64.getDecoder().decode(handed.bytes());
            TowerReading reading = Tower.read(content, Pubkey.parse(stakedIdentity));
            if (!reading.valid()) {
                return new TowerCheck(Verdict.BAD, "the tower handed over: " + reading.reason(), 0);
            }
            TowerCheck here = check(stakedIdentity);
            if (here.verdict() == Verdict.VALID && here.lastVotedSlot() >= reading.tower().orElseThrow().lastVotedSlot().orElse(0)) {
                return here;
            }
            // Never through a symbolic link that another user with write access to the ledger has put there.
            Files.deleteIfExists(fresh);
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                for (ByteBuffer bytes = ByteBuffer.wrap(content); bytes.hasRemaining();) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            if (!wanted.getAsBoolean()) {
                discard(fresh);
                return new TowerCheck(Verdict.BAD, "the disk under " + file + " was too late with the tower handed over", 0);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return check(stakedIdentity);
        } catch (IOException | IllegalArgumentException e) {
            discard(fresh);
            return new TowerCheck(Verdict.BAD, "the tower handed over cannot be put in place: " + e, 0);
        }
    }

    /**
     * Puts {@code tower_file_path} aside under another name, if it is configured and there.
     *
     * @param wanted the result is still wanted: later it may be the tower of a validator that votes
     */
    public void setAside(String stakedIdentity, BooleanSupplier wanted) {
        Optional<Path> path = place.configured(stakedIdentity);
        if (path.isEmpty()) {
            return;
        }
        Path file = path.get();
        Path aside = file.resolveSibling(file.getFileName() + ".set-aside-" + STAMP.format(Instant.now()));
        if (config.dryRun()) {
            LOG.info("[DRY-RUN] Would set the tower file aside: {}", file);
            return;
        }
        if (!wanted.getAsBoolean()) {
            LOG.warn("Tower file {} is not set aside: the disk was too late; a later promotion of this host might find it old", file);
            return;
        }
        try {
            Files.move(file, aside);
            LOG.info("Tower file set aside: {} -> {}", file, aside);
        } catch (NoSuchFileException e) {
            LOG.info("Tower file does not exist (already removed): {}", file);
        } catch (IOException e) {
            LOG.warn("Tower file {} cannot be set aside: {}; a later promotion of this host might find it old", file, e.toString());
        }
    }

    /**
     * Runs the restore command so that a good tower is never lost to a bad one (OM0-10, OM0-11): the file as it was comes back if the
     * restored one cannot be used, which is a failure, or if it is older, which is logged.
     */
    public CommandResult aroundRestore(String stakedIdentity, Supplier<CommandResult> restore) {
        TowerCheck before = check(stakedIdentity);
        Path file = place.find(stakedIdentity).path();
        if (before.verdict() != Verdict.VALID || file == null) {
            return restore.get();
        }
        Path copy = file.resolveSibling(file.getFileName() + COPY);
        try {
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        } catch (IOException e) {
            return new CommandResult(How.NOT_STARTED, -1, "the tower here (" + file + ") cannot be copied before the restore: " + e,
                Duration.ZERO);
        }
        CommandResult result = restore.get();
        TowerCheck after = judge(file, stakedIdentity);
        boolean worse = after.verdict() != Verdict.VALID;
        if (!worse && after.lastVotedSlot() >= before.lastVotedSlot()) {
            discard(copy);
            return result;
        }
        String kept = worse
            ? "the restored tower cannot be used: " + after.detail() + "; the one that was here (slot " + before.lastVotedSlot()
                + ") is back"
            : "the restored tower (slot " + after.lastVotedSlot() + ") is older than the one that was here (slot " + before.lastVotedSlot()
                + "), which is kept";
        try {
            Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            kept = "the restored tower is worse than the one before, which lies in " + copy + " and cannot be put back: " + e;
            worse = true;
        }
        LOG.warn("{}: {}", file, kept);
        String output = result.output().isEmpty() ? kept : result.output() + "\n" + kept;
        // A restore that brought nothing usable has failed, whatever its exit status.
        return worse && result.ok() ? new CommandResult(How.EXITED, 1, output, result.took())
            : new CommandResult(result.how(), result.exit(), output, result.took());
    }

    private static void discard(Path copy) {
        try {
            Files.deleteIfExists(copy);
        } catch (IOException e) {
            LOG.warn("{} cannot be removed: {}", copy, e.toString());
        }
    }

    private TowerCheck judge(Path file, String stakedIdentity) {
        if (stakedIdentity == null) {
            return withoutIdentity(file);
        }
        TowerReading reading = Tower.read(file, Pubkey.parse(stakedIdentity));
        if (reading.valid()) {
            long slot = reading.tower().orElseThrow().lastVotedSlot().orElse(0);
            return new TowerCheck(Verdict.VALID, file + " is valid, last voted slot " + slot, slot);
        }
        return new TowerCheck(Verdict.BAD, reading.reason() + TowerLocator.literalPattern(file), 0);
    }

    private static TowerCheck withoutIdentity(Path file) {
        try {
            return Files.size(file) == 0
                ? new TowerCheck(Verdict.BAD, "tower file " + file + ": it is empty", 0)
                : new TowerCheck(Verdict.NOT_KNOWN, file + " cannot be judged: whose it must be is not known; set validator_identity", 0);
        } catch (NoSuchFileException e) {
            return new TowerCheck(Verdict.BAD, "tower file " + file + " does not exist" + TowerLocator.literalPattern(file), 0);
        } catch (IOException e) {
            return new TowerCheck(Verdict.BAD, "tower file " + file + " cannot be read: " + e, 0);
        }
    }
}
