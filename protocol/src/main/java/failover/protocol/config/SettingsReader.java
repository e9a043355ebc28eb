package failover.protocol.config;

import failover.protocol.Bounds;
import failover.protocol.config.LoadedConfig.Setting;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads keys from {@link ConfigLayers}, typed, and collects what is wrong instead of stopping at the first fault. Rules of the original:
 * keys in any case, {@code null} is absent, zero and empty mean the default. Ours: negative numbers, unknown keys and a key
 * written twice are errors; a key that begins with {@code _} is a comment. Used by one thread, once.
 */
public final class SettingsReader {
    /** Numbers are nanoseconds, so a bare {@code 5} meant as seconds is caught here. */
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final long LARGEST_INTEGER = 1_000_000_000L;
    /** What was written is repeated in a problem, but not a page of it. */
    private static final int LONGEST_SHOWN = 200;

    private final ConfigLayers layers;
    private final String prefix;
    private final Map<String, Entry> file = new LinkedHashMap<>();
    private final List<String> known;
    private final Log log;

    private record Entry(String written, Object value) {
    }

    private record Found(Object value, String where, boolean typed) {
    }

    private record Log(List<Problem> problems, List<String> warnings, List<Setting> settings) {
    }

    public SettingsReader(ConfigLayers layers) {
        this(layers, "", layers.file(), new ArrayList<>(), new Log(new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
    }

    private SettingsReader(ConfigLayers layers, String prefix, JsonObject object, List<String> known, Log log) {
        this.layers = layers;
        this.prefix = prefix;
        this.known = known;
        this.log = log;
        for (Map.Entry<String, Object> each : object) {
            String key = each.getKey();
            if (key.startsWith("_")) {
                continue;
            }
            Entry earlier = file.putIfAbsent(key.toLowerCase(Locale.ROOT), new Entry(key, each.getValue()));
            if (earlier != null) {
                problem(layers.fileName(), key, "", "is the same key as \"" + earlier.written() + "\"; keep one of them");
            }
        }
    }

    /** The nested object {@code key}; an empty one when absent. Its unknown keys are problems at once given its {@code keys}. */
    public SettingsReader child(String key, List<String> keys) {
        Object value = find(key).map(Found::value).orElse(null);
        if (value != null && !(value instanceof JsonObject)) {
            problem(layers.fileName(), key, show(value), "must be an object, for example {\"" + keys.get(0) + "\": …}");
        }
        JsonObject object = value instanceof JsonObject nested ? nested : new JsonObject();
        return new SettingsReader(layers, prefix + key + ".", object, new ArrayList<>(), log);
    }

    /** Text; empty or absent gives the default. */
    public String text(String key, String standard) {
        String value = rawText(key, standard, Function.identity(), false);
        return value;
    }

    /** Text that must not be shown. */
    public Optional<Secret> secret(String key) {
        String value = rawText(key, "", text -> "***", true);
        return value.isEmpty() ? Optional.empty() : Optional.of(new Secret(value));
    }

    /** A shell command; what looks like a password in it is not shown. */
    public String command(String key, String standard) {
        String text = rawText(key, standard, Redact::command, true);
        Encodings.troubleInCommand(text).ifPresent(trouble -> problem(where(key), key, "***", trouble));
        return text;
    }

    private String rawText(String key, String standard, Function<String, String> shown, boolean secret) {
        Found found = find(key).orElse(null);
        String value = standard;
        String from = "default";
        if (found != null && !(found.value() instanceof String)) {
            problem(found.where(), key, secret ? "***" : show(found.value()), "must be text in double quotes");
        } else if (found != null && !((String) found.value()).isEmpty()) {
            value = (String) found.value();
            from = found.where();
        }
        note(key, value.isEmpty() ? "\"\"" : shown.apply(value), from);
        return value;
    }

    /** A switch. In text layers exactly the values that Go parses as a bool are valid. */
    public boolean truth(String key, boolean standard) {
        Found found = find(key).orElse(null);
        boolean value = standard;
        if (found != null) {
            Optional<Boolean> read = found.value() instanceof Boolean bool ? Optional.of(bool)
                    : found.typed() ? Optional.empty() : GoScalars.truth((String) found.value());
            if (read.isEmpty()) {
                problem(found.where(), key, show(found.value()), found.typed()
                        ? "must be true or false, without quotes" : "must be true or false");
            }
            value = read.orElse(standard);
        }
        note(key, Boolean.toString(value), found == null ? "default" : found.where());
        return value;
    }

    /** A whole number; zero or absent gives the default. */
    public long integer(String key, long standard) {
        Found found = find(key).orElse(null);
        long value = 0;
        if (found != null) {
            Object raw = found.value();
            Optional<Long> read = raw instanceof Integer || raw instanceof Long ? Optional.of(((Number) raw).longValue())
                    : found.typed() ? Optional.empty() : GoScalars.integer((String) raw);
            if (read.isEmpty()) {
                problem(found.where(), key, show(raw), "must be a whole number" + (found.typed() ? ", without quotes" : ""));
            } else if (read.get() < 0 || read.get() > LARGEST_INTEGER) {
                problem(found.where(), key, show(raw), "must lie between 1 and " + LARGEST_INTEGER + " (0 = default " + standard + ")");
            } else {
                value = read.get();
            }
        }
        boolean given = value != 0;
        note(key, Long.toString(given ? value : standard), given ? found.where() : "default");
        return given ? value : standard;
    }

    /** A duration: Go text, or a number of nanoseconds; zero or absent gives the default. */
    public Duration duration(String key, Duration standard) {
        return duration(key, standard, Bounds.LONGEST_LIMIT);
    }

    /** The same where more than ten minutes may be of use. */
    public Duration duration(String key, Duration standard, Duration longest) {
        Optional<Duration> value = atMost(longest, key);
        if (value.isEmpty()) {
            note(key, GoDuration.format(standard), "default");
        }
        return value.orElse(standard);
    }

    /** A duration without a default of its own: where it is zero or absent, the effective value is described by that text. */
    public Optional<Duration> duration(String key, String otherwise) {
        return duration(key, otherwise, Bounds.LONGEST_LIMIT);
    }

    /** The same where more than ten minutes may be of use. */
    public Optional<Duration> duration(String key, String otherwise, Duration longest) {
        Optional<Duration> value = atMost(longest, key);
        if (value.isEmpty()) {
            note(key, otherwise, "default");
        }
        return value;
    }

    /** A duration without a default of its own; one that is zero or absent is not noted as a setting. */
    public Optional<Duration> duration(String key) {
        return atMost(Bounds.LONGEST_LIMIT, key);
    }

    private Optional<Duration> atMost(Duration longest, String key) {
        Found found = find(key).orElse(null);
        if (found == null) {
            return Optional.empty();
        }
        Duration value;
        try {
            value = toDuration(found.value());
        } catch (IllegalArgumentException | ArithmeticException e) {
            problem(found.where(), key, show(found.value()), e.getMessage());
            return Optional.empty();
        }
        if (value.isZero()) {
            return Optional.empty();
        }
        if (value.compareTo(SHORTEST) < 0) {
            String hint = found.value() instanceof Number && !value.isNegative() ? "is " + GoDuration.format(value)
                    + " (numbers are nanoseconds); write for example \"" + found.value() + "s\"" : "must be at least 1ms (0 = default)";
            problem(found.where(), key, show(found.value()), hint);
            return Optional.empty();
        }
        if (value.compareTo(longest) > 0) {
            problem(found.where(), key, show(found.value()), "is too long; write at most \"" + GoDuration.format(longest) + "\"");
            return Optional.empty();
        }
        note(key, GoDuration.format(value), found.where());
        return Optional.of(value);
    }

    private static Duration toDuration(Object raw) {
        if (raw instanceof Number number) {
            double about = number.doubleValue();
            if (Double.isNaN(about) || Math.abs(about) >= Long.MAX_VALUE) {
                throw new IllegalArgumentException("is longer than 292 years (numbers are nanoseconds); write for example \"30s\"");
            }
            return Duration.ofNanos(new java.math.BigDecimal(number.toString()).toBigInteger().longValueExact());
        }
        if (raw instanceof String text) {
            return GoDuration.parse(text);
        }
        throw new IllegalArgumentException("must be a duration, for example \"30s\"");
    }

    /** Something that {@code parse} reads from text; absent or empty gives nothing. What it throws is a problem. */
    public <T> Optional<T> parsed(String key, Function<String, T> parse) {
        Found found = find(key).orElse(null);
        if (found == null || "".equals(found.value())) {
            return Optional.empty();
        }
        if (!(found.value() instanceof String text)) {
            problem(found.where(), key, show(found.value()), "must be text in double quotes");
            return Optional.empty();
        }
        Optional<T> value = parseOne(found.where(), key, text, parse);
        value.ifPresent(v -> note(key, v.toString(), found.where()));
        return value;
    }

    /** The same with a default. */
    public <T> T parsed(String key, T standard, Function<String, T> parse) {
        Optional<T> value = parsed(key, parse);
        if (value.isEmpty()) {
            note(key, standard.toString(), "default");
        }
        return value.orElse(standard);
    }

    /** A list of texts (or one text in its place), each read by {@code parse}; empty when absent. */
    public <T> List<T> list(String key, Function<String, T> parse) {
        Found found = find(key).orElse(null);
        if (found == null || "".equals(found.value())) {
            return List.of();
        }
        List<?> raw = found.value() instanceof JsonArray array ? array.getList() : List.of(found.value());
        List<T> values = new ArrayList<>();
        for (Object each : raw) {
            if (each instanceof String text) {
                parseOne(found.where(), key, text, parse).ifPresent(values::add);
            } else {
                problem(found.where(), key, show(each), "must be a list of texts in double quotes");
            }
        }
        note(key, values.stream().map(Object::toString).collect(Collectors.joining(", ", "[", "]")), found.where());
        return List.copyOf(values);
    }

    private <T> Optional<T> parseOne(String where, String key, String text, Function<String, T> parse) {
        try {
            return Optional.of(parse.apply(text));
        } catch (IllegalArgumentException e) {
            problem(where, key, show(Redact.url(text)), e.getMessage());
            return Optional.empty();
        }
    }

    /** Whether any layer sets the key (null and empty text do not). */
    public boolean isSet(String key) {
        return find(key).filter(found -> !"".equals(found.value())).isPresent();
    }

    /** Where the key is written, for problems found by comparing several. */
    public String where(String key) {
        return find(key).map(Found::where).orElse(layers.fileName());
    }

    /** Notes the value of a key without fixed default. */
    public void note(String key, String value, String from) {
        log.settings().add(new Setting(prefix + key, value, from));
    }

    public void problem(String where, String key, String value, String message) {
        log.problems().add(new Problem(where, prefix + key, value, Bounds.line(message)));
    }

    public void warn(String line) {
        log.warnings().add(line);
    }

    /** Reports the unknown keys of this object; their values are not shown, they may be secrets. */
    public void refuseUnknown() {
        file.forEach((lower, entry) -> {
            if (known.stream().noneMatch(key -> key.equals(lower))) {
                problem(layers.fileName(), Bounds.line(entry.written(), LONGEST_SHOWN), "", "is not a known key" + Suggestions.of(lower,
                        known)
                        .map(near -> "; did you mean \"" + near + "\"?").orElse("") + " (a key that begins with _ is a comment)");
            }
        });
    }

    /**
     * The end of reading.
     *
     * @throws ConfigException with every problem, if there is one
     */
    public <C> LoadedConfig<C> finish(java.util.function.Supplier<C> config) {
        refuseUnknown();
        if (!log.problems().isEmpty()) {
            throw new ConfigException(log.problems(), log.warnings());
        }
        return new LoadedConfig<>(config.get(), List.copyOf(log.warnings()), List.copyOf(log.settings()));
    }

    private Optional<Found> find(String key) {
        if (!known.contains(key)) {
            known.add(key);
        }
        for (Map<String, ConfigLayers.Given> layer : List.of(layers.flags(), layers.environment())) {
            ConfigLayers.Given given = layer.get(prefix + key);
            if (given != null && !given.text().isEmpty()) {
                return Optional.of(new Found(given.text(), given.where(), false));
            }
        }
        Entry entry = file.get(key);
        return entry == null || entry.value() == null ? Optional.empty()
                : Optional.of(new Found(entry.value(), layers.fileName(), true));
    }

    private static String show(Object value) {
        String shown = Bounds.line(String.valueOf(value), LONGEST_SHOWN);
        return value instanceof String ? "\"" + shown + "\"" : shown;
    }
}
