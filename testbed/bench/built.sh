#!/bin/bash
# The programs as another commit has them: testbed/bench/built.sh COMMIT
# Builds that commit once, apart from the working tree, and prints the directory of its dist/. What was built is kept by the commit's
# number in ${XDG_CACHE_HOME:-~/.cache}/failover-testbed (FAILOVER_BUILDS says otherwise); anything in it may be deleted.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
fail() {
    echo "built.sh: $*" >&2
    exit 1
}
[ $# -eq 1 ] || fail "usage: built.sh COMMIT"
commit=$(git -C "$repository" rev-parse --verify --quiet "$1^{commit}" 2> /dev/null) || fail "$repository has no history that reaches the\
 commit $1, so its programs cannot be built: clone without --depth, or git fetch --unshallow"
cache=${FAILOVER_BUILDS:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/failover-testbed}
mkdir -p "$cache" 2> /dev/null || {
    cache=$repository/testbed/target/builds
    mkdir -p "$cache"
}
home=$cache/$commit
exec 9> "$cache/$commit.lock"
flock 9 # one builds, the others wait for it
if [ ! -e "$home/dist/.ready" ]; then
    # What Maven needs is asked of its own repository first; only where something is missing there, of the network.
    rm -rf "$home"
    mkdir -p "$home/source"
    git -C "$repository" archive "$commit" | tar -x -C "$home/source"
    build() {
        mvn "$@" -B -ntp -q -f "$home/source/pom.xml" -Dmaven.test.skip=true -Dcheckstyle.skip -Dspotbugs.skip -Denforcer.skip package \
            < /dev/null 9>&-
    }
    build -o > "$home/log" 2>&1 || build > "$home/log" 2>&1 || fail "the commit $1 does not build, see $home/log:
$(grep -m 5 ERROR "$home/log" || tail -n 5 "$home/log")"
    mv "$home/source/dist" "$home/dist"
    rm -rf "$home/source"
    # The class-data archives are for the place where the jars lie; without them a start takes twice as long.
    "$home/dist/lib/train.sh" > "$home/log" 2>&1 9>&- || fail "the commit $1 is built, and its class-data archives cannot be made, see \
$home/log: $(tail -n 5 "$home/log")"
    touch "$home/dist/.ready"
fi
echo "$home/dist"
