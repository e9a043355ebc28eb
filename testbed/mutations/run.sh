#!/bin/bash
# Takes the rules that testbed/mutations/*.txt lists out of the code, one at a time; the tests named there must fail of it.
#   testbed/mutations/run.sh --all | --sample N --seed S | ID... | LIST... | --check        (more: --help)
# Maven compiles what the tests run with; everything else happens beside the sources. Tests that start the programs need them built
# (mvn -DskipTests package): what changed in the classes since is put into copies of the jars.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd "$root"
# dependency:build-classpath follows test-compile, so that the modules find each other's classes. Offline first: it is quicker.
compile() {
    mvn "$@" -q -B -ntp -Dcheckstyle.skip -Dspotbugs.skip -Denforcer.skip test-compile dependency:build-classpath \
        -Dmdep.outputFile=target/mutation-classpath -Dmdep.includeScope=test < /dev/null
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
compile -o > "$log" 2>&1 || compile > "$log" 2>&1 || {
    cat "$log" >&2
    echo "run.sh: $root does not compile" >&2
    exit 1
}
java=${JAVA_HOME:+$JAVA_HOME/bin/java}
"${java:-java}" -Xshare:auto -XX:+UseSerialGC -cp "testbed/target/test-classes:$(cat testbed/target/mutation-classpath)" \
    failover.testbed.mutation.MutationRunner "$@"
