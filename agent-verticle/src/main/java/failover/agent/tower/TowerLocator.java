package failover.agent.tower;

import failover.agent.config.AgentConfig;
import failover.agent.config.CommandLines;
import failover.protocol.solana.Pubkey;
import failover.protocol.solana.Tower;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Where the tower lies: {@code tower_file_path}, else in the ledger ({@code ledger_path}, or the one named in identity_change_command),
 * else where tower_restore_command writes to.
 */
final class TowerLocator {
    private static final Pattern REDIRECT = Pattern.compile("(?<![0-9&<>])>{1,2}\\s*(\"[^\"]+\"|'[^']+'|[^\\s;|&<>()]+)");
    private final AgentConfig config;

    TowerLocator(AgentConfig config) {
        this.config = config;
    }

    /**
     * An answer.
     *
     * @param path where it lies; {@code null} when there is no such place
     * @param known a place is configured, so that a missing path is a fault and not ignorance
     * @param why there is no path, for people
     */
    record Found(Path path, boolean known, String why) {
        static Found at(Path path) {
            return new Found(path, true, "");
        }

        static Found unknown(String why) {
            return new Found(null, false, why);
        }

        static Found bad(String why) {
            return new Found(null, true, why);
        }
    }

    Found find(String stakedIdentity) {
        if (config.towerFilePath().isPresent()) {
            return configured(stakedIdentity).map(Found::at)
                .orElseGet(() -> Found.unknown("tower_file_path contains {validator_identity}, which is not known; set it"));
        }
        Optional<Path> ledger = CommandLines.ledger(config);
        if (ledger.isPresent() && stakedIdentity != null) {
            return Found.at(ledger.get().resolve(Tower.fileName(Pubkey.parse(stakedIdentity))));
        }
        Optional<String> target = redirectTarget(config.commands().towerRestore());
        if (target.isPresent()) {
            return redirected(target.get(), stakedIdentity);
        }
        return Found.unknown("where the tower lies is not known; set tower_file_path or ledger_path"
            + (stakedIdentity == null ? ", and validator_identity" : ""));
    }

    /** {@code tower_file_path} with its placeholder filled in; empty when it is not set or the identity it needs is not known. */
    Optional<Path> configured(String stakedIdentity) {
        Optional<String> text = config.towerFilePath();
        if (text.isEmpty() || text.get().contains("{validator_identity}") && stakedIdentity == null) {
            return Optional.empty();
        }
        return Optional.of(Path.of(text.get().replace("{validator_identity}", String.valueOf(stakedIdentity))));
    }

    /** The last file that a shell command redirects its output into. */
    static Optional<String> redirectTarget(String command) {
        Matcher matcher = REDIRECT.matcher(command);
        String last = null;
        while (matcher.find()) {
            if (!matcher.group(1).startsWith("/dev/")) {
                last = matcher.group(1);
            }
        }
        return Optional.ofNullable(last);
    }

    private static Found redirected(String word, String stakedIdentity) {
        String filled = stakedIdentity == null ? word : word.replace("{validator_identity}", stakedIdentity);
        Optional<Path> path = CommandLines.path(filled);
        Path last = path.map(Path::getFileName).orElse(null);
        Path directory = path.map(Path::getParent).orElse(null);
        if (last == null || directory == null) {
            return Found.unknown("only a shell can say where tower_restore_command writes to (" + word + "); set tower_file_path");
        }
        String name = last.toString();
        return name.matches(".*[*?\\[].*") ? matching(directory, name, stakedIdentity) : Found.at(path.get());
    }

    private static Found matching(Path directory, String name, String stakedIdentity) {
        Path pattern = directory.resolve(name);
        List<Path> matches = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, name)) {
            files.forEach(matches::add);
        } catch (IOException | DirectoryIteratorException | PatternSyntaxException e) {
            return Found.bad("the directory of " + pattern + " cannot be read: " + e);
        }
        String wanted = stakedIdentity == null ? "" : Tower.fileName(Pubkey.parse(stakedIdentity));
        Optional<Path> ours = matches.stream().filter(file -> file.endsWith(wanted)).findFirst();
        matches.removeIf(file -> file.endsWith(name));
        if (ours.isPresent()) {
            return Found.at(ours.get());
        }
        if (matches.size() == 1) {
            return Found.at(matches.get(0));
        }
        return Found.bad(matches.isEmpty()
            ? "no file matches " + pattern + literalPattern(pattern)
            : matches.size() + " files match " + pattern + ": tower_restore_command fails on that; set tower_file_path");
    }

    /** The warning to log if a restore has created a file that is literally named by its pattern (OM0-11). */
    static String literalPattern(Path beside) {
        Path directory = beside.getParent();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory == null ? Path.of(".") : directory,
                file -> file.getFileName().toString().indexOf('*') >= 0)) {
            for (Path file : files) {
                return "; a file literally named " + file + " lies there: tower_restore_command's pattern matched nothing and created it";
            }
        } catch (IOException | DirectoryIteratorException ignored) {
            // The main message stands without it.
        }
        return "";
    }
}
