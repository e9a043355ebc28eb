#!/bin/bash
# Installs what the tests need, where it is missing, and runs all of them: deploy/verify.sh [MAVEN ARGUMENT...]
set -euo pipefail
unset CDPATH

case ${1:-} in
    -h | --help)
        cat << 'END'
Usage: deploy/verify.sh [MAVEN ARGUMENT...]
Installs by apt what the tests need and is missing (JDK 17, Maven, etcd, procps, iproute2, nftables, util-linux, curl, perl; sudo only when
not root), and runs all of them: mvn verify. -Dfailover.long=true adds the rarer scenarios. Exit code 0 if all went well.
END
        exit 0 ;;
esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=deploy/packages.sh
. "$root/deploy/packages.sh"

# etcd: Debian and Ubuntu have it as etcd-server with etcd-client, older releases as one package. The tests that use it start their own.
install_missing 'jdk=openjdk-17-jdk-headless|default-jdk-headless' mvn=maven 'etcd=etcd-server|etcd' 'etcdctl=etcd-client|etcd' \
    pgrep=procps ip=iproute2 nft=nftables nsenter=util-linux curl=curl perl=perl
cd "$root"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
say "mvn verify with $("$JAVA_HOME/bin/java" -version 2>&1 | head -n 1)"
status=0
mvn -B -ntp verify "$@" < /dev/null 2>&1 | tee "$log" || status=$?
echo
say 'what ran:'
grep -E '^\[[A-Z]+\] (Tests run:.*Skipped: [0-9]+|BUILD |Total time|Building [a-z-]+ )' "$log" | grep -v ' -- in ' || true
if [ "$status" -ne 0 ]; then
    say "FAILED: the first errors are"
    grep -m 20 -E '^\[ERROR\]' "$log" || true
fi
exit "$status"
