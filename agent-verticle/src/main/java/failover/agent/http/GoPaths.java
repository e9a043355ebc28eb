package failover.agent.http;

import java.util.ArrayDeque;
import java.util.Deque;

/** Paths as Go's mux treats them: an unclean one is redirected to its clean form. */
public final class GoPaths {
    private GoPaths() {
    }

    /** The clean form: no empty, {@code .} or {@code ..} element; a slash at the end stays. */
    public static String clean(String path) {
        if (path == null || path.isEmpty()) {
            return "/";
        }
        if (!path.contains("//") && !path.contains("/.") && path.charAt(0) == '/') {
            return path;
        }
        Deque<String> elements = new ArrayDeque<>();
        for (String element : path.split("/")) {
            if (element.equals("..")) {
                elements.pollLast();
            } else if (!element.isEmpty() && !element.equals(".")) {
                elements.addLast(element);
            }
        }
        String joined = "/" + String.join("/", elements);
        return path.endsWith("/") && joined.length() > 1 ? joined + "/" : joined;
    }
}
