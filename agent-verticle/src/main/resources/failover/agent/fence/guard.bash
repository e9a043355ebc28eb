# The guard: the last in line behind a host that carries the identity (E2). A child of the agent, started with it, which does one thing: when
# the time that it was told has come and no later one was told since, it kills the validator. It needs neither the agent's memory nor its
# threads, files or luck: all it does are builtins, so that it starts no process and opens no more than one file at a time.
# It reads lines "guard FIRE_MS PID START COMMAND COMMAND_START NAME" from its standard input: milliseconds since boot (0: no lease is held),
# the validator's process, the leader of the command that runs (0: none), the validator's name, which may hold blanks. What it has to say
# it writes to its standard output, a pipe to the agent's log. Argument: the state_dir of its agent.
LC_ALL=C
# Neither what other programs take for "reload", sent to all of a service, nor a terminal's ^C, ^\ and ^Z, which stops the agent.
trap '' INT HUP PIPE USR1 USR2 ALRM QUIT TSTP TTIN TTOU
trap 'told_to_go=1' TERM
told_to_go= agent_there=1 fire=0 pid=0 start=0 command=0 command_start=0 name= begun=
exec {nap}<> <(:)

now() { # now := milliseconds since boot
    local up rest
    read -r up rest </proc/uptime || return 1
    now=$((10#${up%.*} * 1000 + 10#${up#*.} * 10))
}

lives() { # lives PID START: that very process, and no zombie; with START 0 whoever has the number. born := its start, called := its name
    local line rest
    born=0
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
    rest=${line##*) }
    called=${line#*(}
    called=${called%)*}
    set -f
    # shellcheck disable=SC2086  # numbers, to be split
    set -- "$1" "$2" $rest
    set +f
    born=${22}
    case $3 in Z | X | x) return 1 ;; esac
    [ "$2" = 0 ] || [ "$2" = "$born" ]
}

led() { # the command's group is still that command's: its leader is the one named, dead or alive, or nobody has its number
    [ "$command" -gt 1 ] || return 1
    lives "$command" "$command_start"
    [ "$born" = 0 ] || [ "$born" = "$command_start" ]
}

strike() { # one round: SIGKILL for all that may sign, or may yet make something sign; true when none of it lives
    local one alive=
    if led; then kill -KILL -- "-$command"; fi
    if [ "$pid" -gt 1 ]; then
        if lives "$pid" "$start"; then kill -KILL "$pid"; alive=1; fi
    else
        for one in /proc/[0-9]*; do
            one=${one#/proc/}
            if [ "$one" -gt 1 ] && lives "$one" 0 && [ "$called" = "$name" ]; then kill -KILL "$one"; alive=1; fi
        done
    fi
    [ -z "$alive" ]
} 2>/dev/null

say() { # a line to the agent, which may read it later: the pipe has room for hundreds. Fails when there is no agent any more
    echo "failover guard: $1"
} 2>/dev/null

fence() {
    local rounds=0 told
    until strike; do
        rounds=$((rounds + 1))
        read -r -t 0.02 -u "$nap" _
        [ "$rounds" -ne 100 ] || say "the validator (process $pid, $name) does not die of SIGKILL; trying on" || :
    done
    now
    told="the lease ended and this host's agent had not fenced it: the validator (process $pid, $name) is dead, $((now - fire)) ms after the time told"
    fire=0
    # Whoever reads the standard error may have stopped reading: it is for a guard without an agent, which has nothing more to do.
    say "$told" || echo "failover guard: $told" >&2
}

obey() { # obey LINE: a whole one, or none
    local line=${1#guard * * * * * }
    set -f
    # shellcheck disable=SC2086  # words, to be split
    set -- $1
    set +f
    [ "${1-}" = guard ] && [ $# -ge 7 ] || return 0
    case $2$3$4$5$6 in *[!0-9]*) return 0 ;; esac
    fire=$2 pid=$3 start=$4 command=$5 command_start=$6
    name=$line
}

hear() { # hear SECONDS: what the agent says meanwhile; fails when that was no whole line
    local more
    # The time to read may be over in the middle of a line: what was read of it is kept for the next round.
    IFS= read -r -t "$1" more
    case $? in
        0) obey "$begun$more"; begun= ;;
        1) agent_there=; return 1 ;;
        *) begun=$begun$more; return 1 ;;
    esac
}

catch_up() { # what the agent has told while this guard stood still (stopped, or its pages on a disk that hung) counts, as far as it is there
    local tries=0
    # On a busy host the time to read a line may be over before it was read, though it is there.
    while [ -n "$agent_there" ] && [ "$tries" -lt 4096 ] && read -r -t 0; do
        hear 0.01 || :
        tries=$((tries + 1))
    done
}

while :; do
    left=60000
    if [ "$fire" -gt 0 ]; then now && left=$((fire - now)); fi
    if [ "$left" -le 0 ]; then
        catch_up
        if [ "$fire" -gt 0 ] && now && [ "$now" -ge "$fire" ]; then fence; fi
        continue
    fi
    nap_for=0.5
    [ "$left" -gt 1000 ] || nap_for=0.02
    if [ -n "$agent_there" ]; then
        hear "$nap_for" || :
    else
        # The agent is gone. Who lets it go on purpose has told 0; whoever starts it again ends this guard once it has one of its own.
        [ "$fire" -gt 0 ] && [ -z "$told_to_go" ] || exit 0
        read -r -t "$nap_for" -u "$nap" _
    fi
done
