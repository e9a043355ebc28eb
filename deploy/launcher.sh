#!/bin/sh
# Starts the program this file is named after: failover-agent, failover-manager or failover-testbed. It becomes the JVM (exec), so that
# its pid is the program's. Installed by dist.sh as bin/NAME beside lib/NAME.jar and lib/NAME.jsa.
#   JAVA_HOME           the Java to use, 17 or newer; otherwise the one on the PATH, otherwise one under /usr/lib/jvm
#   FAILOVER_JAVA_OPTS  options for the JVM, added after ours and so stronger
set -fu

self=$0
case $self in */*) ;; *) self=./$self ;; esac
while [ -L "$self" ]; do
    link=$(readlink "$self")
    case $link in
        /*) self=$link ;;
        *) self=${self%/*}/$link ;;
    esac
done
name=${self##*/}
lib=$(CDPATH='' cd -- "${self%/*}/../lib" 2>/dev/null && pwd -P) || lib=
if [ ! -f "$lib/$name.jar" ]; then
    echo "$name: ${self%/*}/../lib/$name.jar is missing; build it with 'mvn package' or install it again with deploy/install.sh" >&2
    exit 1
fi

# The major version of a Java home, from its release file: no process is started for it. 0 when it cannot be told.
major() {
    version=0
    if [ -r "$1/release" ]; then
        while IFS='=' read -r key value; do
            if [ "$key" = JAVA_VERSION ]; then
                value=${value#\"}
                version=${value%%[!0-9]*}
            fi
        done < "$1/release"
    fi
    echo "${version:-0}"
}

# Takes a Java home if it is 17 or newer. One without a release file is believed: the JVM will say so itself.
take() {
    [ -x "$1/bin/java" ] || return 1
    found=$(major "$1")
    if [ "$found" -ge 17 ] || [ ! -r "$1/release" ]; then
        java=$1/bin/java
        return 0
    fi
    seen="${seen:+$seen, }$1 (Java $found)"
    return 1
}

java=
seen=
if [ -n "${JAVA_HOME:-}" ]; then
    if ! take "$JAVA_HOME"; then
        echo "$name: needs Java 17 or newer, but JAVA_HOME is ${seen:-$JAVA_HOME, where there is no bin/java}; correct or unset it" >&2
        exit 1
    fi
else
    onpath=$(command -v java) && onpath=$(readlink -f "$onpath") && take "${onpath%/bin/java}"
    if [ -z "$java" ]; then
        set +f
        for home in /usr/lib/jvm/*; do
            [ -n "$java" ] || take "$home"
        done
        set -f
    fi
    if [ -z "$java" ]; then
        echo "$name: needs Java 17 or newer; found: ${seen:-none}. On Debian and Ubuntu: apt-get install openjdk-17-jre-headless" >&2
        exit 1
    fi
fi

# Small on purpose: this program waits most of the time and shares its host with a validator. One compiler tier starts fast and is
# fast enough; the heap is capped (a leak ends in a restart, not in swap); no mapped statistics file, whose page writes can stall a JVM.
# The archive holds parsed classes (train.sh); one that does not fit this JVM or this jar is ignored without a word.
# UTF-8 whatever LANG says, and systemd says nothing: by the JVM's own choice a letter beyond ASCII in a command or a path would become
# a question mark. The environment stays as it is: the operator's commands see it.
# Nothing waits for whoever reads our output: what the JVM itself has to say it writes at once, in the middle of whatever it does, and
# -Xlog:async does not reach the standard streams. So it says nothing, and after a crash (SIGABRT) or with its memory used up (exit 3) it
# is gone at once, instead of waiting with its last words for a full pipe or a hung disk, neither dead nor alive. To see them, and the
# answer to SIGQUIT, FAILOVER_JAVA_OPTS="-XX:+DisplayVMOutput -XX:-SuppressFatalErrorMessage -XX:ErrorFile=/var/log/failover/crash-%p.log".
archive=
[ ! -f "$lib/$name.jsa" ] || archive="-XX:SharedArchiveFile=$lib/$name.jsa"
# shellcheck disable=SC2086  # FAILOVER_JAVA_OPTS is a list of words
exec "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xms16m -Xmx64m -Xss512k -XX:ReservedCodeCacheSize=32m \
    -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError -Xshare:auto ${archive:+"$archive"} \
    -Dfile.encoding=UTF-8 -Dsun.jnu.encoding=UTF-8 \
    -XX:+UnlockDiagnosticVMOptions -XX:-DisplayVMOutput \
    -XX:+SuppressFatalErrorMessage -XX:-HeapDumpOnOutOfMemoryError -Xlog:disable \
    ${FAILOVER_JAVA_OPTS:-} -jar "$lib/$name.jar" "$@"
