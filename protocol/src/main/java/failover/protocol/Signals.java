package failover.protocol;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals by which other programs are made to reload or to reopen their logs. A JVM exits on them, including SIGHUP of a closed
 * terminal; our programs log and ignore them. SIGTERM and SIGINT keep their meaning.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
    private static final List<String> HARMLESS = List.of("HUP", "USR1", "USR2");

    private Signals() {
    }

    /** From here on they end nothing. Once, at the start of a program that stays. */
    static void survive() {
        try {
            // Not of the Java platform proper, hence by name: a JVM without it does without.
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object says = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    LOG.info("{} changes nothing here: settings are read when the program starts, and a log file that was moved is opened"
                            + " anew by itself", arguments[0]);
                }
                return method.getReturnType() == boolean.class ? self == arguments[0]
                        : method.getReturnType() == int.class ? System.identityHashCode(self) : null;
            });
            for (String name : HARMLESS) {
                survive(signal, handler, says, name);
            }
        } catch (ReflectiveOperationException e) {
            LOG.debug("This JVM lets nobody handle signals", e);
        }
    }

    private static void survive(Class<?> signal, Class<?> handler, Object says, String name) throws ReflectiveOperationException {
        try {
            signal.getMethod("handle", signal, handler).invoke(null, signal.getConstructor(String.class).newInstance(name), says);
        } catch (InvocationTargetException e) {
            LOG.debug("SIG{} belongs to the JVM", name, e);
        }
    }
}
