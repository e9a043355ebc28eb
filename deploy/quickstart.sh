#!/bin/bash
# One failover to watch, with real processes and real HTTP, all on 127.0.0.1 and below one temporary directory: a simulated cluster,
# two simulated validators, an agent beside each, and the manager. The validator that votes is killed; the other takes over.
set -euo pipefail
unset CDPATH

usage() {
    cat << 'END'
Usage: deploy/quickstart.sh [--once | --keep] [--built]
  (nothing)  builds, shows a failover, goes on showing until Ctrl-C, and clears up
  --once     ends by itself after the failover; exit code 0 if it went well, 1 if not
  --keep     leaves everything running after the failover, and prints what can be tried
  --built    does not build: dist/ is there already
Installs JDK 17 and Maven by apt where they are missing (sudo only when not root), and nothing else.
END
}

mode=watch
build=yes
for word in "$@"; do
    case $word in
        --once) mode=once ;;
        --keep) mode=keep ;;
        --built) build='' ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=deploy/packages.sh
. "$root/deploy/packages.sh"
dist=$root/dist
bin=$dist/bin
run=
kept=

# ---- what was started, and ending it ------------------------------------------------------------------------------------------------

start_time() { # PID: when the kernel started it; tells a process from a later one with the same number
    local stat
    { stat=$(< "/proc/$1/stat"); } 2>/dev/null || return 1
    stat=${stat##*) }
    # shellcheck disable=SC2086
    set -- $stat
    echo "${20}"
}

launch() { # NAME LOG COMMAND...: in a session of its own, so that Ctrl-C here is ours alone; its pid is in $run/pids and in $pid
    local name=$1 log=$2
    shift 2
    setsid "$@" >> "$log" 2>&1 < /dev/null &
    pid=$!
    disown # no "Killed" from the shell
    echo "$pid $(start_time "$pid") $name" >> "$run/pids"
}

alive() { # PID START
    [ "$(start_time "$1" 2>/dev/null)" = "$2" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
}

stop_all() {
    local pid start name left
    [ -f "$run/pids" ] || return 0
    for signal in TERM KILL; do
        while read -r pid start name; do
            if alive "$pid" "$start"; then kill "-$signal" "$pid" 2>/dev/null || true; fi
        done < "$run/pids"
        for _ in {1..60}; do
            left=
            while read -r pid start name; do
                if alive "$pid" "$start"; then left="$left $name"; fi
            done < "$run/pids"
            [ -n "$left" ] || return 0
            sleep 0.1
        done
        echo "still running after SIG$signal:$left" >&2
    done
}

clear_up() {
    local status=$?
    trap '' INT TERM
    if [ -n "$run" ] && [ -z "$kept" ]; then
        stop_all
        if [ "$status" -ne 0 ] && [ "$status" -lt 129 ]; then
            echo "exit code $status; logs and configuration are kept in $run" >&2
        else
            say "ended all that was started"
            rm -rf "$run" || true
        fi
    fi
    exit "$status"
}
trap clear_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

fail() {
    echo "quickstart: $1" >&2
    if [ $# -gt 1 ] && [ -s "$2" ]; then
        echo "the end of $2:" >&2
        tail -n 25 "$2" >&2
    fi
    exit 1
}

# ---- building -----------------------------------------------------------------------------------------------------------------------

build_dist() {
    local log from=$SECONDS shown=$SECONDS module
    log=$(mktemp)
    say "building (tests are for deploy/verify.sh); the first time Maven downloads some 60 MB"
    mvn -B -ntp -Dmaven.test.skip=true -Dcheckstyle.skip -Dspotbugs.skip -f "$root/pom.xml" package > "$log" 2>&1 < /dev/null &
    local maven=$!
    while kill -0 "$maven" 2>/dev/null; do
        if [ $((SECONDS - shown)) -ge 5 ]; then
            shown=$SECONDS
            module=$(grep -o 'Building [a-z-]* ' "$log" | tail -n 1 || true)
            echo "    $((SECONDS - from)) s  ${module:-starting Maven}"
        fi
        sleep 0.3
    done
    wait "$maven" || { echo "log: $log" >&2; fail "the build failed" "$log"; }
    rm -f "$log"
    say "built $dist in $((SECONDS - from)) s"
}

# ---- speaking to them ---------------------------------------------------------------------------------------------------------------

taken() { (: < "/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

choose_ports() { # N: sets ports to N free ones, the first preferred ones where they are free
    local port preferred=(8799 8899 8900 8080 8079 8081)
    ports=()
    for port in "${preferred[@]}" $(for _ in {1..200}; do echo $((20000 + RANDOM % 12000)); done); do
        [ "${#ports[@]}" -lt "$1" ] || return 0
        case " ${ports[*]} " in *" $port "*) continue ;; esac
        taken "$port" || ports+=("$port")
    done
    fail "found no $1 free ports on 127.0.0.1"
}

get() { # PORT PATH: sets body; false when there is no answer within 2 s
    local answer
    body=
    answer=$(exec 2>/dev/null; { printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\n\r\n' "$2" "$1" >&3; timeout 2 cat <&3; } \
        3<> "/dev/tcp/127.0.0.1/$1") 2>/dev/null || return 1
    case $answer in HTTP/1.?' 200 '*) body=${answer#*$'\r\n\r\n'} ;; *) return 1 ;; esac
}

field() { # NAME JSON: the first field of that name; texts without their quotes
    local pattern="\"$1\":(\"(([^\"\\\\]|\\\\.)*)\"|[-0-9.]+|true|false|null)"
    if [[ $2 =~ $pattern ]]; then
        case ${BASH_REMATCH[1]} in \"*) echo "${BASH_REMATCH[2]}" ;; *) echo "${BASH_REMATCH[1]}" ;; esac
    fi
}

await() { # SECONDS WHAT LOG COMMAND...: until the command succeeds
    local limit=$((SECONDS + $1)) what=$2 log=$3
    shift 3
    until "$@"; do
        [ "$SECONDS" -lt "$limit" ] || fail "$what did not happen in time" "$log"
        sleep 0.1
    done
}

votes_of() { [[ $body =~ \"votes\":\{[^}]*\"$1\":([0-9]+) ]] && echo "${BASH_REMATCH[1]}" || echo 0; }
votes() { get "$cluster_port" /judge && [ "$(votes_of "$1")" -ge "$2" ]; }
manager_sees() { get "$api_port" /state && [ "$(field verdict "$body")" = "$1" ]; }
last_voter_is() {
    get "$cluster_port" /judge && [[ $body =~ \"last_vote\":\{\"validator\":\"$1\",[^}]*\"ms_ago\":([0-9]+) ]] \
        && [ "${BASH_REMATCH[1]}" -lt 1500 ]
}

host_text() { # JSON of one host in /state
    local text problem
    if [ "$(field answering "$1")" != true ]; then
        text="silent $(field silent_ms "$1") ms"
    elif [ "$(field is_active "$1")" = true ]; then
        text=active
    else
        text=passive
    fi
    if [[ $1 =~ \"problems\":\[\"([^\"]*)\" ]]; then
        problem=${BASH_REMATCH[1]}
        # The whole of it is in the manager's log; here it must leave room for the verdict.
        [ "${#problem}" -le 40 ] || problem=${problem:0:39}…
        text="$text ($problem)"
    fi
    echo "$text"
}

view() { # one line: who votes, the slots, what the manager makes of it
    local slot='' voter='nobody' ago='' hosts verdict='does not answer' a='?' b='?'
    if get "$cluster_port" /judge; then
        slot=$(field slot "${body##*\"takeovers\"}")
        if [[ $body =~ \"last_vote\":\{\"validator\":\"([^\"]*)\",\"slot\":[0-9]+,\"ms_ago\":([0-9]+) ]]; then
            voter=${BASH_REMATCH[1]}
            ago=${BASH_REMATCH[2]}
            [ "$ago" -lt 1000 ] || voter="nobody for $((ago / 1000)).$((ago % 1000 / 100)) s"
        fi
    fi
    if get "$api_port" /state; then
        verdict=$(field verdict "$body")
        hosts=${body#*\"hosts\":[}
        hosts=${hosts%%\}\]*} # the sources of votes behind them are a list as well
        a=$(host_text "${hosts%%\},\{*}")
        b=$(host_text "${hosts##*\},\{}")
    fi
    local tenths=$(((${EPOCHREALTIME//[!0-9]/} - epoch) / 100000))
    printf '%4d.%d s  slot %s  votes: %-17s A %-28s B %-20s manager: %s\n' $((tenths / 10)) $((tenths % 10)) "$slot" "$voter" "$a" "$b" "$verdict"
}

one_each() { [[ $(view) == *' A active '*' B passive '* ]]; }

watch_for() { # SECONDS
    local until=$((SECONDS + $1))
    while [ "$SECONDS" -lt "$until" ]; do
        view
        sleep 1
    done
}

# ---- the cluster --------------------------------------------------------------------------------------------------------------------

fill() { # TEMPLATE FILE NAME=VALUE...
    local text word
    text=$(< "$1")
    for word in "${@:3}"; do text=${text//@${word%%=*}@/${word#*=}}; done
    printf '%s\n' "$text" > "$2"
}

start_validator() { # HOST: as an operator does, with its own unstaked key
    local rpc=$rpc_a
    [ "$1" = a ] || rpc=$rpc_b
    launch "validator-$1" "$run/host-$1/validator.log" "$bin/failover-testbed" validator --name "${1^^}" --comm "validator-$1" \
        --ledger "$run/host-$1/ledger" --identity "$run/keys/unstaked-$1.json" --authorized-voter "$run/keys/staked.json" \
        --rpc-port "$rpc" --cluster "http://127.0.0.1:$cluster_port"
    await 30 "the start of validator ${1^^}" "$run/host-$1/validator.log" taken "$rpc"
}

start_cluster() {
    local staked host
    case ${TMPDIR:-/tmp} in *[!a-zA-Z0-9/._-]*) TMPDIR=/tmp ;; esac
    run=$(mktemp -d "${TMPDIR:-/tmp}/failover-XXXXXX")
    mkdir -p "$run"/{keys,tower-store,manager/state,host-a/{ledger,state},host-b/{ledger,state}}
    choose_ports 7
    cluster_port=${ports[0]} rpc_a=${ports[1]} rpc_b=${ports[2]} agent_a=${ports[3]} agent_b=${ports[4]} api_port=${ports[5]}
    staked=$("$bin/failover-testbed" keygen "$run/keys/staked.json" "$run/keys/unstaked-a.json" "$run/keys/unstaked-b.json" | head -n 1)

    say "starting a cluster, two validators, two agents and the manager in $run"
    launch cluster "$run/cluster.log" "$bin/failover-testbed" cluster --rpc-port "$cluster_port" --identity "$staked"
    await 30 "the start of the cluster" "$run/cluster.log" taken "$cluster_port"
    start_validator a
    validator_a=$pid
    start_validator b
    # A validator that votes already: the operator's own set-identity, before our programs come
    "$bin/agave-validator" -l "$run/host-a/ledger" set-identity "$run/keys/staked.json" > /dev/null
    await 30 "the first votes of validator A" "$run/host-a/validator.log" votes A 3

    local common=("RUN=$run" "BIN=$bin" "STAKED_PUBKEY=$staked")
    fill "$root/conf/quickstart/agent.json.in" "$run/host-a/agent.json" HOST=a "AGENT_PORT=$agent_a" "PEER_PORT=$agent_b" \
        "RPC_PORT=$rpc_a" ACTIVE=true "${common[@]}"
    fill "$root/conf/quickstart/agent.json.in" "$run/host-b/agent.json" HOST=b "AGENT_PORT=$agent_b" "PEER_PORT=$agent_a" \
        "RPC_PORT=$rpc_b" ACTIVE=false "${common[@]}"
    fill "$root/conf/quickstart/manager.json.in" "$run/manager/manager.json" "AGENT_PORT_A=$agent_a" "AGENT_PORT_B=$agent_b" \
        "CLUSTER_PORT=$cluster_port" "API_PORT=$api_port" "${common[@]}"
    # The environment of whoever starts this must not change what is shown.
    unset DRY_RUN VALIDATOR_DRY_RUN ACTIVE_VALIDATOR PASSIVE_VALIDATOR MANAGER_LOG_FILE VALIDATOR_LISTEN VALIDATOR_RPC VALIDATOR_PEER \
        VALIDATOR_LOG_FILE STATE_DIRECTORY
    for host in a b; do
        launch "agent-$host" "$run/host-$host/agent.out" "$bin/failover-agent" --config "$run/host-$host/agent.json"
    done
    await 30 "the start of agent A" "$run/host-a/agent.out" taken "$agent_a"
    await 30 "the start of agent B" "$run/host-b/agent.out" taken "$agent_b"
    launch manager "$run/manager/manager.out" "$bin/failover-manager" --config "$run/manager/manager.json"
    await 30 "the start of the manager" "$run/manager/manager.out" taken "$api_port"
    await 30 "the manager's verdict no_problem" "$run/manager/manager.out" manager_sees no_problem
}

judgement() { # prints the judge's figures; false when they are bad
    get "$cluster_port" /judge || fail "the cluster does not answer" "$run/cluster.log"
    local judge=$body ms='' slots='' behind='unknown' doubles carriers
    if [[ $judge =~ \"last_handover\":\{([^}]*)\} ]]; then
        ms=$(field ms "${BASH_REMATCH[1]}")
        slots=$(field slots_missed "${BASH_REMATCH[1]}")
    fi
    [[ ! $judge =~ \"tower_behind\":([0-9]+)[^}]*\}\] ]] || behind=${BASH_REMATCH[1]}
    doubles=$(field double_votes "$judge")
    carriers=$(field dual_identity_ms "$judge")
    echo
    echo "    The judge, who saw every vote:   verdict $(field verdict "$judge")"
    echo "    nobody voted for                 ${ms:-?} ms (${slots:-?} slots), from A's last vote to B's first"
    echo "    slots voted twice                $doubles"
    echo "    both carried the identity for    $carriers ms"
    echo "    the tower that B took over was   $behind slots behind A's last vote"
    echo "    votes of A and B                 $(body=$judge votes_of A) and $(body=$judge votes_of B)"
    echo
    [ "$(field verdict "$judge")" = clean ] && [ "$doubles" = 0 ] && [ "$carriers" = 0 ] && [ -n "$ms" ] && [ "$ms" -lt 10000 ]
}

things_to_try() {
    cat > "$run/stop.sh" << END
#!/bin/bash
# Ends what deploy/quickstart.sh --keep left running here, each process by its pid if it is still the same, and removes the directory.
run='$run'
$(declare -f start_time alive stop_all)
stop_all
rm -rf "\$run"
END
    chmod +x "$run/stop.sh"
    cat << END
Everything runs on, below $run. Things to try:
  who votes, what was seen      $bin/failover-testbed judge http://127.0.0.1:$cluster_port
  what the manager thinks       curl -s http://127.0.0.1:$api_port/state
  what an agent says            curl -s http://127.0.0.1:$agent_b/status
  move it back, planned         $bin/failover-manager --config $run/manager/manager.json --trigger-failover --reason 'trying it'
  make B's validator unhealthy  $bin/failover-testbed fault http://127.0.0.1:$rpc_b unhealthy        (mend it: ... clear)
  let it lag by 200 slots       $bin/failover-testbed fault http://127.0.0.1:$rpc_b lag 200
  let it die                    $bin/failover-testbed fault http://127.0.0.1:$rpc_b crash
  freeze the active's agent     kill -STOP $(awk '$3 == "agent-b" { print $1 }' "$run/pids")
                                B votes on until its guard kills the validator, before the lease ends. When the votes have stood still
                                for 16 slots A is promoted. Ask the judge, then kill -CONT it: B is passive
  the pids of all               cat $run/pids
  the logs                      tail -f $run/manager/manager.log $run/host-a/agent.log $run/host-b/agent.log
  end it all                    $run/stop.sh
END
}

# ---- what happens -------------------------------------------------------------------------------------------------------------------

if [ -n "$build" ]; then
    install_missing 'jdk=openjdk-17-jdk-headless|default-jdk-headless' mvn=maven
    build_dist
fi
[ -x "$bin/failover-testbed" ] || fail "$dist is not built; leave --built away"
start_cluster
epoch=${EPOCHREALTIME//[!0-9]/}
say "A votes, B stands by"
watch_for 5
await 10 "a line that says that A is active and B passive" "$run/manager/manager.log" one_each
lines=$(wc -l < "$run/manager/manager.log")
say "killing the validator that votes: kill -KILL $validator_a"
kill -KILL "$validator_a"
for _ in {1..60}; do
    view
    if last_voter_is B; then break; fi
    sleep 0.4
done
watch_for 3
say "what the manager wrote meanwhile"
tail -n "+$((lines + 1))" "$run/manager/manager.log" | sed 's/^/    /'
verdict=0
judgement || verdict=1
last_voter_is B || verdict=1
case $mode in
    once) ;;
    watch)
        say "validator A is started again, with its unstaked key, and stands by; Ctrl-C ends everything"
        start_validator a
        while sleep 2; do view; done
        ;;
    keep)
        start_validator a
        kept=yes
        things_to_try
        ;;
esac
[ "$verdict" -eq 0 ] || fail "B does not vote as it should" "$run/manager/manager.out"
say "failed over"
