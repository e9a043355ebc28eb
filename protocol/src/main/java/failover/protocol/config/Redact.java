package failover.protocol.config;

import java.util.regex.Pattern;

/** Takes passwords out of what is about to be printed. */
public final class Redact {
    private static final Pattern OPTION = Pattern.compile(
            "(?i)(--?(?:user|password|passwd|passphrase|token|secret|api-?key)(?:=|\\s+))(\"[^\"]*\"|'[^']*'|\\S+)");
    private static final Pattern VARIABLE = Pattern.compile(
            "(?i)\\b([A-Z0-9_]*(?:PASSWORD|PASSWD|TOKEN|SECRET|API_?KEY|ETCDCTL_USER)=)(\"[^\"]*\"|'[^']*'|\\S+)");
    private static final Pattern USER_INFO = Pattern.compile("(://)[^/@\\s]+@");
    private static final Pattern QUERY = Pattern.compile("(://[^\\s?\"']*\\?)[^\\s\"']+");

    private Redact() {
    }

    /** A shell command with the values of password-like options and variables, and credentials in URLs, masked. */
    public static String command(String text) {
        String masked = OPTION.matcher(text).replaceAll("$1***");
        return url(VARIABLE.matcher(masked).replaceAll("$1***"));
    }

    /** A text with user info and queries of URLs masked. */
    public static String url(String text) {
        return QUERY.matcher(USER_INFO.matcher(text).replaceAll("$1***@")).replaceAll("$1***");
    }
}
