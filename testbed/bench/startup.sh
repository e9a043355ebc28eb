#!/bin/bash
# How fast the two programs start and how much memory they hold: testbed/bench/startup.sh [--launcher-only] [RUNS (10)]
# Start: from fork to the first accepted TCP connection, by the launcher of dist/ (small JVM flags, class-data archive) and by a bare
# `java -jar`, interleaved. Memory: VmRSS after 30 s in which the manager polls the agent every 2 s and nothing else happens.
# FAILOVER_DIST names the dist/ of another build.
set -euo pipefail

case ${1:-} in
    -h | --help) sed -n 's/^# //p' "${BASH_SOURCE[0]}" | head -n 4; exit 0 ;;
esac
hows='launcher bare'
[ "${1:-}" != --launcher-only ] || { hows=launcher; shift; }
runs=${1:-10}
case $runs in *[!0-9]* | 0*) echo "startup.sh: $runs is no number of runs; see --help" >&2; exit 2 ;; esac
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
dist=${FAILOVER_DIST:-$root/dist}
[ -x "$dist/bin/failover-agent" ] || { echo "$dist is not built: mvn -DskipTests package" >&2; exit 1; }
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
tmp=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; done
    rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 130' INT TERM
unset DRY_RUN VALIDATOR_DRY_RUN ACTIVE_VALIDATOR PASSIVE_VALIDATOR MANAGER_LOG_FILE VALIDATOR_LISTEN VALIDATOR_RPC VALIDATOR_PEER \
    VALIDATOR_LOG_FILE STATE_DIRECTORY
exec 9<> <(:) # nothing ever comes from here: a sleep of milliseconds without a process

nap() { read -r -t "$1" -u 9 || true; }
accepts() { { : < "/dev/tcp/127.0.0.1/$1"; } 2>/dev/null; }
now() { echo "${EPOCHREALTIME//[!0-9]/}"; }

free_port() {
    local port
    for _ in {1..200}; do
        port=$((20000 + RANDOM % 12000))
        accepts "$port" || { echo "$port"; return; }
    done
    echo "no free port" >&2
    return 1
}

command_of() { # PROGRAM HOW PORT OTHER: sets command
    local program=$1 how=$2 port=$3 other=$4
    local state=$tmp/state-$program-$how
    mkdir -p "$state"
    if [ "$program" = agent ]; then
        echo "{\"listen_addr\":\"127.0.0.1:$port\",\"local_rpc\":\"http://127.0.0.1:1\",\"state_dir\":\"$state\"}"
    else
        echo "{\"active_validator\":\"http://127.0.0.1:$other\",\"passive_validator\":\"http://127.0.0.1:2\"," \
            "\"cluster_rpc\":\"http://127.0.0.1:1\",\"api_listen\":\"127.0.0.1:$port\",\"state_dir\":\"$state\"}"
    fi > "$tmp/$program-$how.json"
    command=("$dist/bin/failover-$program")
    [ "$how" = launcher ] || command=("$java" -jar "$dist/lib/failover-$program.jar")
    command+=(--config "$tmp/$program-$how.json")
}

start() { # PROGRAM HOW PORT OTHER: sets pid and took, in microseconds
    local from
    command_of "$@"
    from=$(now)
    "${command[@]}" > "$tmp/out" 2>&1 < /dev/null &
    pid=$!
    pids+=("$pid")
    until accepts "$3"; do
        kill -0 "$pid" 2>/dev/null || { echo "$1 did not start:" >&2; cat "$tmp/out" >&2; exit 1; }
        nap 0.002
    done
    took=$(($(now) - from))
}

stop() {
    kill -TERM "$pid"
    wait "$pid" 2>/dev/null || true
    unset 'pids[-1]'
}

median() { # FILE of microseconds: "median (min-max)" in milliseconds
    sort -n "$1" | awk '{ v[NR] = $1 / 1000 } END {
        m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2; printf "%.0f (%.0f-%.0f)", m, v[1], v[NR] }'
}

for run in $(seq 0 "$runs"); do
    for program in agent manager; do
        for how in $hows; do
            start "$program" "$how" "$(free_port)" 1
            stop
            [ "$run" -eq 0 ] || echo "$took" >> "$tmp/$program-$how.us" # the first run warms the page cache
        done
    done
done

declare -A held
for how in $hows; do
    port=$(free_port)
    start agent "$how" "$port" 1
    held[agent-$how]=$pid
    start manager "$how" "$(free_port)" "$port"
    held[manager-$how]=$pid
done
echo "measuring memory: 30 s" >&2
nap 30

"$java" -version 2>&1 | head -n 1
echo "$(nproc) cores, $runs runs, load $(cut -d ' ' -f 1 /proc/loadavg)"
echo
echo "| program | how | start to listening, ms: median (min-max) | resident, MB |"
echo "|---|---|---|---|"
for program in agent manager; do
    for how in $hows; do
        echo "| $program | $how | $(median "$tmp/$program-$how.us") | $(awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' \
            "/proc/${held[$program-$how]}/status") |"
    done
done
