#!/bin/bash
# Makes the class-data archives lib/NAME.jsa of the programs in this directory, for the Java that the launchers choose here and for the
# jars where they lie now: an archive made for another Java or another place is ignored by the JVM, the start is then 0.3 s slower.
# Each program runs for a moment on loopback with a made-up configuration, does its ordinary work, and is ended by SIGTERM.
# Run by dist.sh in the build and by install.sh on the host; run it again after a Java update.
set -euo pipefail

case ${1:-} in
    '') ;;
    -h | --help) echo "Usage: train.sh    makes the class-data archives of the programs beside it, for the Java that is here now; run it again after an update of Java"; exit 0 ;;
    *) echo "train.sh: takes no arguments; see --help" >&2; exit 2 ;;
esac
lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
bin=$(cd "$lib/../bin" && pwd -P)
tmp=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
    rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 130' INT TERM

taken() { (: < "/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
    local port
    for _ in {1..100}; do
        port=$((20000 + RANDOM % 12000))
        if ! taken "$port"; then
            echo "$port"
            return
        fi
    done
    echo "train.sh: found no free port between 20000 and 32000" >&2
    return 1
}

# start NAME PORT ARGUMENT...: starts a program so that it writes its archive when it ends, and waits until PORT accepts.
start() {
    local name=$1 port=$2
    shift 2
    rm -f "$lib/$name.jsa"
    env -u DRY_RUN -u VALIDATOR_DRY_RUN STATE_DIRECTORY="$tmp/$name" FAILOVER_JAVA_OPTS="-XX:ArchiveClassesAtExit=$tmp/$name.jsa" \
        "$bin/$name" "$@" > "$tmp/$name.log" 2>&1 < /dev/null &
    pids+=($!)
    local deadline=$((SECONDS + 60))
    until taken "$port"; do
        if ! kill -0 "${pids[-1]}" 2>/dev/null || [ "$SECONDS" -ge "$deadline" ]; then
            echo "train.sh: $name did not start to listen on 127.0.0.1:$port; it said:" >&2
            cat "$tmp/$name.log" >&2
            exit 1
        fi
        sleep 0.1
    done
}

# http METHOD PORT PATH [BODY]: one request, its answer is not looked at: the classes it loads are what it is for.
http() {
    { printf '%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n%s' \
        "$1" "$3" "${#4}" "$4" >&3; timeout 10 cat <&3 > /dev/null; } 3<> "/dev/tcp/127.0.0.1/$2" || true
}

agent_port=$(free_port)
api_port=$(free_port)
nobody=$(free_port)
mkdir "$tmp/failover-agent" "$tmp/failover-manager"
cat > "$tmp/agent.json" << END
{"listen_addr": "127.0.0.1:$agent_port", "local_rpc": "http://127.0.0.1:$nobody", "process_name": "no-such-process",
 "peer_endpoint": "http://127.0.0.1:$nobody", "dry_run": false, "min_process_uptime": "1s", "command_timeout": "1s",
 "demotion_timeout": "2s", "identity_remove_command": "true", "allowed_ips": ["127.0.0.1"], "lease_dir": "$tmp/failover-agent"}
END
cat > "$tmp/manager.json" << END
{"active_validator": "http://127.0.0.1:$agent_port", "passive_validator": "http://127.0.0.1:$nobody", "heartbeat_interval": "100ms",
 "request_timeout": "400ms", "cluster_rpc": "http://127.0.0.1:$nobody", "api_listen": "127.0.0.1:$api_port"}
END
start failover-agent "$agent_port" --config "$tmp/agent.json"
start failover-manager "$api_port" --config "$tmp/manager.json"
http POST "$agent_port" /status '{"timestamp":1}'
http POST "$agent_port" /peer-status '{"from_validator":":8080","timestamp":1}'
http POST "$agent_port" /failover '{"action":"become_passive","reason":"training","timestamp":1}'
http GET "$agent_port" /identity ''
http GET "$agent_port" /health ''
http GET "$api_port" /state ''
names=(failover-agent failover-manager)
if [ -f "$lib/failover-testbed.jar" ]; then
    cluster_port=$(free_port)
    mkdir "$tmp/failover-testbed"
    start failover-testbed "$cluster_port" cluster --rpc-port "$cluster_port" --identity 11111111111111111111111111111112
    http GET "$cluster_port" /judge ''
    http POST "$cluster_port" / '{"jsonrpc":"2.0","id":1,"method":"getSlot"}'
    names+=(failover-testbed)
fi
sleep 1

kill -TERM "${pids[@]}"
for pid in "${pids[@]}"; do wait "$pid" || true; done
pids=()
for name in "${names[@]}"; do
    if [ -s "$tmp/$name.jsa" ]; then
        mv "$tmp/$name.jsa" "$lib/$name.jsa"
        chmod 0644 "$lib/$name.jsa"
    else
        echo "train.sh: this Java wrote no archive for $name; it works without, and starts 0.3 s slower" >&2
    fi
done
