package failover.protocol.solana;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import failover.protocol.Bounds;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the answer of {@code getVoteAccounts} as it arrives, and keeps of it the vote accounts of one identity only: the list of the main
 * cluster is megabytes, a stranger's may be as large as he likes, and this reader holds a few kilobytes whatever comes. What is not such a
 * list is an {@link IllegalArgumentException} with a short reason. For one answer and one thread.
 */
public final class VoteAccountList {
    /** The list of the main cluster is one to four MiB; it is read for as long as this, and never held. */
    public static final int LARGEST = 32 * 1024 * 1024;
    /** No identity has more vote accounts than this; those with the most stake are kept. */
    public static final int MOST_ACCOUNTS = 8;
    private static final int LONGEST_TEXT = 1024;
    /** An entry has a dozen fields, the same in each. The parser remembers every name: without a bound that is a stranger's memory. */
    private static final int MOST_NAMES = 256;
    private static final JsonFactory JSON = JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(16).maxStringLength(LONGEST_TEXT)
                    .maxNameLength(LONGEST_TEXT).maxNumberLength(64).build()).build();
    private static final int SHOWN = 80;
    private static final int ROOT = 1;
    private static final int RESULT = 2;
    private static final int LIST = 3;
    private static final int ENTRY = 4;

    private record Found(String account, BigDecimal stake) {
    }

    private final String identity;
    private final JsonParser parser;
    private final ByteArrayFeeder feeder;
    private final List<Found> found = new ArrayList<>();
    /** Field names on the way to where the reader is, by depth. */
    private final String[] names = new String[ENTRY + 1];
    private final Set<String> allNames = new HashSet<>();
    private int depth;
    private int lists;
    private String node;
    private String account;
    private BigDecimal stake = BigDecimal.ZERO;
    private String beginning;
    private String errorCode;
    private String errorMessage;

    /** For the accounts of {@code identity}, base58. */
    public VoteAccountList(String identity) {
        this.identity = identity;
        try {
            this.parser = JSON.createNonBlockingByteArrayParser();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        this.feeder = (ByteArrayFeeder) parser.getNonBlockingInputFeeder();
    }

    /** The next bytes of the answer. */
    public void feed(byte[] bytes) {
        if (beginning == null && bytes.length > 0) {
            beginning = Bounds.line(new String(bytes, 0, Math.min(bytes.length, SHOWN), StandardCharsets.UTF_8)).strip();
        }
        try {
            feeder.feedInput(bytes, 0, bytes.length);
            JsonToken token = parser.nextToken();
            while (token != null && token != JsonToken.NOT_AVAILABLE) {
                take(token);
                token = parser.nextToken();
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON-RPC: " + beginning);
        }
    }

    /** After the last bytes: the accounts, the one with the most stake first; empty when the identity has none. */
    public List<String> end() {
        feeder.endOfInput();
        try {
            JsonToken token = parser.nextToken();
            while (token != null && token != JsonToken.NOT_AVAILABLE) {
                take(token);
                token = parser.nextToken();
            }
            parser.close();
        } catch (IOException e) {
            throw new IllegalArgumentException("half a list of vote accounts");
        }
        if (errorCode != null || errorMessage != null) {
            throw new Refused(errorCode == null ? "" : errorCode, errorMessage == null ? "" : errorMessage);
        }
        if (depth != 0 || lists < 2) {
            throw new IllegalArgumentException("the answer lists no vote accounts");
        }
        return found.stream().map(Found::account).toList();
    }

    /** The node answered with an error of JSON-RPC. */
    public static final class Refused extends IllegalArgumentException {
        private static final long serialVersionUID = 1;
        private final String code;

        Refused(String code, String message) {
            super("error " + code + " " + message);
            this.code = code;
        }

        /** Its code as it was written, for example -32601. */
        public String code() {
            return code;
        }
    }

    private void take(JsonToken token) throws IOException {
        switch (token) {
            case START_OBJECT, START_ARRAY -> begin(token == JsonToken.START_ARRAY);
            case END_OBJECT, END_ARRAY -> endOne(token == JsonToken.END_OBJECT);
            case FIELD_NAME -> name(parser.currentName());
            default -> value(token);
        }
    }

    private void name(String name) {
        if (allNames.size() < MOST_NAMES) {
            allNames.add(name);
        } else if (!allNames.contains(name)) {
            throw new IllegalArgumentException("more than " + MOST_NAMES + " kinds of fields: this is no list of vote accounts");
        }
        if (depth <= ENTRY) {
            names[depth] = name;
        }
    }

    private void begin(boolean array) {
        depth++;
        if (depth <= ENTRY) {
            names[depth] = null;
        }
        if (depth == LIST && array && inLists()) {
            lists++;
        }
    }

    private void endOne(boolean object) {
        if (depth == ENTRY && object && inLists()) {
            keep();
            node = null;
            account = null;
            stake = BigDecimal.ZERO;
        }
        depth--;
    }

    private boolean inLists() {
        return "result".equals(names[ROOT]) && ("current".equals(names[RESULT]) || "delinquent".equals(names[RESULT]));
    }

    private void value(JsonToken token) throws IOException {
        if (depth == ENTRY && inLists()) {
            if ("nodePubkey".equals(names[ENTRY]) && token == JsonToken.VALUE_STRING) {
                node = parser.getText();
            } else if ("votePubkey".equals(names[ENTRY]) && token == JsonToken.VALUE_STRING) {
                account = parser.getText();
            } else if ("activatedStake".equals(names[ENTRY]) && token.isNumeric()) {
                stake = parser.getDecimalValue();
            }
        } else if (depth == RESULT && "error".equals(names[ROOT])) {
            if ("code".equals(names[RESULT])) {
                errorCode = parser.getText();
            } else if ("message".equals(names[RESULT])) {
                errorMessage = parser.getText();
            }
        }
    }

    private void keep() {
        if (!identity.equals(node) || account == null || found.stream().anyMatch(each -> each.account.equals(account))) {
            return;
        }
        try {
            found.add(new Found(Pubkey.parse(account).toString(), stake));
        } catch (IllegalArgumentException e) {
            return;
        }
        found.sort(Comparator.comparing(Found::stake).reversed());
        if (found.size() > MOST_ACCOUNTS) {
            found.remove(found.size() - 1);
        }
    }
}
