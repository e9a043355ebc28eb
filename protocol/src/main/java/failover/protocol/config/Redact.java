package failover.protocol.config;

import java.util.regex.Pattern;

/**
 * Takes passwords out of what is about to be printed. It knows the forms in which people write them into commands; where it is in doubt it
 * masks too much. What no form betrays it cannot know: a secret belongs into a file or the environment (README).
 */
public final class Redact {
    private static final String VALUE = "(?:\"[^\"]*\"|'[^']*'|[^\\s|;&]+)";
    /** What makes a name one of a secret. */
    private static final String SECRET = "(?:pass(?:word|wd|phrase|code)?|pwd|token|secret|credentials?|api[-_]?key|access[-_]?key"
            + "|private[-_]?key|secret[-_]?key|auth[-_]?key|etcdctl_user)";
    private static final Pattern OPTION = Pattern.compile(
            "(?i)((?<![a-z0-9_-])--?(?:user|[a-z0-9_-]{0,40}" + SECRET + "[a-z0-9_-]{0,40})(?:=|\\s+))(" + VALUE + ")");
    private static final Pattern VARIABLE = Pattern.compile(
            "(?i)(?<![a-z0-9_])([a-z0-9_]{0,40}" + SECRET + "[a-z0-9_]{0,40}=)(" + VALUE + ")");
    private static final Pattern FIELD = Pattern.compile(
            "(?i)((?<![a-z0-9_-])[a-z0-9_-]{0,40}" + SECRET
            + "[a-z0-9_-]{0,40}\\\\?[\"']?\\s*:\\s*)(\\\\?\"[^\"]*\"|'[^']*'|[^\\s,}\"']+)");
    private static final Pattern HEADER = Pattern.compile(
            "(?i)((?:proxy-)?authorization\\s*:\\s*|cookie\\s*:\\s*|x-[a-z-]{0,40}(?:key|auth)[a-z-]{0,40}\\s*:\\s*)[^\"'\\r\\n]+");
    private static final Pattern BEARER = Pattern.compile("(?i)\\b(bearer\\s+)[A-Za-z0-9._~+/=-]{6,}");
    /** {@code -u name:password}, as curl has it; a URL behind -u is none. */
    private static final Pattern USER = Pattern.compile(
            "(\\s-[A-Za-z]*u\\s*)(?!['\"]?[a-z]+://)(\"[^\"]*:[^\"]*\"|'[^']*:[^']*'|[^\\s\"':]+:\\S+)");
    private static final Pattern SSHPASS = Pattern.compile("(\\bsshpass\\s+(?:-(?!p)\\S+\\s+)*-p\\s*)(" + VALUE + ")");
    /** {@code -pPASSWORD}, glued, as mysql and others have it; not the arguments of -p in other programs. */
    private static final Pattern GLUED = Pattern.compile("(?<=\\s)-p(?!(?:rint\\w*|ath|rune|erm|ort|id\\w*|rogress|reserve|roto\\w*|arents"
            + "|ipe\\w*|lain|rocess\\w*|[0-9]+|[rtv]+)(?=[\\s=]|$))(?![-/])(\"[^\"]*\"|'[^']*'|[^\\s|;&=]{3,})");
    private static final Pattern VAULT = Pattern.compile("(\\bvault\\s+login\\s+(?:-\\S+\\s+)*)(?!-)(" + VALUE + ")");
    /** Text piped into a program that reads a password from its input. */
    private static final Pattern PIPED = Pattern.compile("(\\b(?:echo|printf)\\s+)([^|;&]+?)(\\s*\\|\\s*(?:\\S*/)?(?:sudo\\b[^|;]*\\s-\\w*S"
            + "|su\\b|chpasswd|passwd|cryptsetup|gpg|openssl|ssh-add|kinit|vault|docker\\s+login|[^|;]*--?(?:password|passphrase)))");
    private static final Pattern HERE = Pattern.compile("(<<<\\s*)(" + VALUE + ")");
    private static final Pattern USER_INFO = Pattern.compile("(://)(?:[^/@\\s]+@|[^/@\\s:]+:(?![0-9]{1,5}(?:[/\\s]|$))[^\\s@\"']*@)");
    private static final Pattern QUERY = Pattern.compile("(://[^\\s?\"']*\\?)[^\\s\"']+");
    /** Keys stand in the paths of RPC URLs; the parts of a path that people make up are shorter. */
    private static final Pattern PATH = Pattern.compile("(?<=/)[^/\\s?]{16,}");
    private static final Pattern URL = Pattern.compile("(?<![a-z0-9])[a-z][a-z0-9+.-]{0,20}://[^\\s\"'|;&]+");

    private static final int LONGEST = 10_000;

    private Redact() {
    }

    /** A shell command with what looks like a secret masked: options, variables, headers, what is piped into sudo, URLs. */
    public static String command(String text) {
        // The rest is not shown; and no pattern should run over a page of text.
        String masked = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
        for (Pattern each : new Pattern[] {OPTION, VARIABLE, HEADER, FIELD, BEARER, USER, SSHPASS, VAULT, HERE}) {
            masked = each.matcher(masked).replaceAll("$1***");
        }
        masked = GLUED.matcher(masked).replaceAll("-p***");
        return url(PIPED.matcher(masked).replaceAll("$1***$3"));
    }

    /** A text with user info, queries and the long parts of paths of URLs masked. */
    public static String url(String text) {
        String masked = QUERY.matcher(USER_INFO.matcher(text).replaceAll("$1***@")).replaceAll("$1***");
        return URL.matcher(masked).replaceAll(found -> java.util.regex.Matcher.quoteReplacement(path(found.group())));
    }

    private static String path(String url) {
        int host = url.indexOf("://") + 3;
        int slash = url.indexOf('/', host);
        return slash < 0 ? url : url.substring(0, slash) + PATH.matcher(url.substring(slash)).replaceAll("***");
    }
}
