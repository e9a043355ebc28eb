package failover.agent.validator;

import failover.agent.config.AgentConfig;
import failover.agent.config.CommandLines;
import failover.protocol.solana.Keypair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The identity this pair moves, as far as the configuration names it (safety.md, "Whose identity?"): {@code validator_identity}, else the
 * public key of the keypair file that {@code identity_change_command} names. The secret half is read and forgotten. Blocks.
 */
public final class StakedIdentity {
    private static final Logger LOG = LoggerFactory.getLogger(StakedIdentity.class);

    private StakedIdentity() {
    }

    /** Base58; {@code null} when the configuration does not name it. */
    public static String configured(AgentConfig config) {
        if (config.validatorIdentity().isPresent()) {
            return config.validatorIdentity().get();
        }
        Optional<Path> file = keypairFile(config.commands().identityChange());
        if (file.isEmpty()) {
            return null;
        }
        try {
            return Keypair.read(file.get()).pubkey().toString();
        } catch (IOException e) {
            LOG.warn("The staked identity cannot be read from the keypair that identity_change_command names: {}; make it readable for "
                + "this agent, or set validator_identity", e.getMessage());
            return null;
        }
    }

    /** The keypair named after {@code set-identity}, else the only {@code .json} file of the command. */
    static Optional<Path> keypairFile(String command) {
        List<String> words = new ArrayList<>(Arrays.asList(command.replaceAll("([<>|;&]+)", " $1 ").trim().split("\\s+")));
        int at = words.indexOf("set-identity");
        if (at >= 0) {
            String last = null;
            for (String word : words.subList(at + 1, words.size())) {
                if (word.matches("[|;&]+")) {
                    break;
                }
                last = isKeyFile(word) ? word : last;
            }
            if (last != null) {
                return CommandLines.path(last);
            }
        }
        List<String> all = words.stream().filter(StakedIdentity::isKeyFile).distinct().toList();
        return all.size() == 1 ? CommandLines.path(all.get(0)) : Optional.empty();
    }

    private static boolean isKeyFile(String word) {
        return word.replaceAll("[\"']", "").endsWith(".json");
    }
}
