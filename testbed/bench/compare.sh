#!/bin/bash
# This tree against an earlier commit on one machine: testbed/bench/compare.sh [--rounds N (3)] [--seconds S (10)] [--runs R (5)] [COMMIT]
# Each round measures the earlier one (A), then this one (B): A B A B A B. /status of a real agent (bench --only STATUS), start to
# listening (R starts of each program), memory after a load and at rest. COMMIT is the first version, 24564cc, unless it is given; both
# builds come from testbed/bench/built.sh, so what is not committed is not measured. Prints medians, least and greatest, and the ratio;
# exit code 1 where /status p50, start or memory is more than 10 %, or p99 more than 25 % above the earlier one. A figure says something
# only beside the load average, which stands below: on a machine that does other things nothing is shown.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
rounds=3 seconds=10 runs=5 earlier=24564cc
while [ $# -gt 0 ]; do
    case $1 in
        --rounds | --seconds | --runs) declare "${1#--}=$2"; shift ;;
        -*) sed -n '2,8s/^# //p' "$0"; exit 2 ;;
        *) earlier=$1 ;;
    esac
    shift
done
a=$("$here/built.sh" "$earlier")
b=$("$here/built.sh" HEAD)
git -C "$here" diff --quiet HEAD -- ':!docs' || echo "compare.sh: what is not committed is not measured" >&2
cd "$here/../.." # the laboratory finds its stand-ins above the working directory
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
load() { cut -d ' ' -f 1-3 /proc/loadavg; }
before=$(load)

# One line for each figure: NAME VALUE. The testbed of this build measures both, so that the measuring is the same.
measure() { # DIST SIDE
    FAILOVER_DIST=$1 "$b/bin/failover-testbed" bench --only STATUS --seconds "$seconds" > "$tmp/table"
    awk -F ' *[|] *' '
        $2 == "/status, 1 connection: p50" { print "status_p50_ms", $3 + 0 }
        $2 == "/status, 1 connection: p99" { print "status_p99_ms", $3 + 0 }
        $2 == "/status, 16 connections: p50" { print "status16_p50_ms", $3 + 0 }
        $2 == "/status, 16 connections: p99" { print "status16_p99_ms", $3 + 0 }
        $2 == "agent resident after the load" { print "agent_loaded_mb", $3 + 0 }' "$tmp/table" >> "$tmp/$2"
    FAILOVER_DIST=$1 "$here/startup.sh" --launcher-only "$runs" > "$tmp/table"
    awk -F ' *[|] *' '
        $3 == "launcher" { print $2 "_start_ms", $4 + 0; print $2 "_rest_mb", $5 + 0 }' "$tmp/table" >> "$tmp/$2"
}

for round in $(seq "$rounds"); do
    for side in a b; do
        echo "round $round of $rounds, $([ $side = a ] && echo "$earlier" || echo 'this tree'), load $(load)" >&2
        measure "${!side}" "$side"
    done
done

echo "| figure | $earlier: median (least-greatest) | this tree: median (least-greatest) | ratio | at most | |"
echo "|---|---|---|---|---|---|"
status=0
awk -v rounds="$rounds" '
    function spread(side, name,   n, i, j, v, t) {
        n = count[side, name]
        for (i = 1; i <= n; i++) v[i] = value[side, name, i]
        for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (v[j] < v[i]) { t = v[i]; v[i] = v[j]; v[j] = t }
        median = n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
        return sprintf("%.4g (%.4g-%.4g)", median, v[1], v[n])
    }
    { side = FILENAME ~ /a$/ ? "a" : "b"; value[side, $1, ++count[side, $1]] = $2; if (!($1 in seen)) { seen[$1]; order[++names] = $1 } }
    END {
        for (k = 1; k <= names; k++) {
            name = order[k]
            if (count["a", name] != rounds || count["b", name] != rounds) { print "| " name " | not measured each time | | | | NO |"; bad = 1; continue }
            one = spread("a", name); first = median
            two = spread("b", name)
            ratio = first > 0 ? median / first : 0
            limit = name ~ /p99/ ? 1.25 : 1.10
            over = ratio > limit
            if (over) bad = 1
            printf "| %s | %s | %s | %.3f | %.2f | %s |\n", name, one, two, ratio, limit, over ? "NO" : "yes"
        }
        if (!names) { print "nothing was measured"; bad = 1 }
        exit bad
    }' "$tmp/a" "$tmp/b" || status=$?
echo
echo "$(nproc) cores, $rounds rounds, $seconds s of load, $runs starts each; load average $before before, $(load) after"
exit "$status"
