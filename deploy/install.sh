#!/bin/bash
# Installs the agent with its fencer (beside a validator) or the manager (on a third host) as systemd services. Run again to upgrade: the programs and
# units are replaced, what an operator has written under /etc/failover never is. Nothing is started or restarted.
set -euo pipefail
# By root's own umask (027, 077 where a host is hardened) the user of a service could not even enter /etc/failover.
umask 022
# With it, cd of a relative directory may go elsewhere, and says where.
unset CDPATH

usage() {
    cat << 'END'
Usage: install.sh agent --user USER [--validator-user USER] [--hardened] [--watchdog VALIDATOR.service] [OPTION]...
       install.sh manager [--user USER] [OPTION]...
       install.sh uninstall [OPTION]...
USER of the agent is the user that the validator runs as: its admin socket, tower and keypairs are readable by that user alone.
USER of the manager is "failover" unless given, and is created when missing.
  --validator-user USER
                 the validator runs as another user than the agent: the fencer may kill that user's processes, too
  --hardened     also writes a drop-in that shuts the agent off from what it and commands without sudo never need; with it sudo does
                 not work in your commands (deploy/systemd/hardening-agent.conf)
  --watchdog VALIDATOR.service
                 also writes the drop-ins of a systemd watchdog in the fencer's place, for the agent and for that unit (docs/fencer.md);
                 from then on the validator stops whenever the agent does, and agent.json needs "watchdog": "systemd"
  --prefix DIR   where the programs go (/opt/failover)
  --destdir DIR  put everything below DIR instead of /, create no user, touch no systemd: for packages and dry tests (also: $DESTDIR)
uninstall removes the programs and units; /etc/failover, state and logs stay.
END
}

die() { echo "install.sh: $*" >&2; exit 1; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
dist=$here
[ -d "$dist/lib" ] || dist=$here/../dist
what='' user='' validator_user='' hardened='' watchdog='' prefix=/opt/failover dest=${DESTDIR:-}
while [ $# -gt 0 ]; do
    case $1 in
        agent | manager | uninstall) [ -z "$what" ] || die "$what and $1: one at a time"; what=$1 ;;
        --hardened) hardened=yes ;;
        --user | --validator-user | --watchdog | --prefix | --destdir)
            [ $# -ge 2 ] || die "$1 needs a value"
            case $1 in --user) user=$2 ;; --validator-user) validator_user=$2 ;; --watchdog) watchdog=$2 ;; --prefix) prefix=$2 ;; --destdir) dest=$2 ;; esac
            shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done
[ -n "$what" ] || { usage >&2; exit 2; }
[ -z "$watchdog" ] || [ "$what" = agent ] || die "--watchdog goes with agent only"
[ -z "$watchdog" ] || [[ $watchdog =~ ^[A-Za-z0-9:_.@-]+\.service$ ]] || die "--watchdog $watchdog is no unit: NAME.service"
[ -z "$hardened$validator_user" ] || [ "$what" = agent ] || die "--hardened and --validator-user go with agent only"
for half in agent validator; do
    [ -z "$watchdog" ] || [ -f "$dist/systemd/watchdog-$half.conf" ] || die "$dist/systemd/watchdog-$half.conf is missing: build dist/ again"
done
case $prefix in /*[!/]) ;; *) die "--prefix $prefix must be an absolute directory other than /" ;; esac
# It stands in units and in patterns of sed; systemd reads blanks, quotes, % and \ in its own way.
case $prefix in *[!A-Za-z0-9/._+-]*) die "--prefix $prefix: only letters, digits and / . _ + - can stand in a unit" ;; esac
dest=${dest%/}
[ -n "$dest" ] || [ "$(id -u)" -eq 0 ] || die "must run as root (or with --destdir DIR)"
units=$dest/etc/systemd/system

reload() {
    if [ -z "$dest" ] && [ -d /run/systemd/system ]; then
        systemctl daemon-reload
    fi
}

if [ "$what" = uninstall ]; then
    # The fencer first: an agent that is stopped for good must not be taken for one that died.
    for unit in failover-fencer failover-agent failover-manager; do
        if [ -z "$dest" ] && [ -d /run/systemd/system ] && [ -f "$units/$unit.service" ]; then
            systemctl disable --now "$unit.service"
        fi
        rm -f "$units/$unit.service"
    done
    # The validator's half must go with the agent: bound to a unit that does not exist, the validator would not start any more.
    rm -f "$units"/failover-agent.service.d/{watchdog,hardening}.conf "$units"/*.service.d/failover-watchdog.conf
    rmdir "$units"/failover-agent.service.d 2>/dev/null || true
    reload
    # Only what was put there: the directory may hold more.
    rm -f "$dest$prefix"/bin/failover-{agent,fencer,manager} "$dest$prefix"/lib/failover-{agent,manager}.{jar,jsa} \
        "$dest$prefix/lib/train.sh" "$dest$prefix"/{README,CHANGELOG}.md
    rm -rf "$dest${prefix:?}"/{conf,docs}
    rmdir "$dest$prefix"/{bin,lib} "$dest$prefix" 2>/dev/null || true
    echo "removed the programs and units; kept: $dest/etc/failover, /var/lib/failover-*, /var/log/failover"
    exit 0
fi

[ -f "$dist/lib/failover-$what.jar" ] || die "$dist/lib/failover-$what.jar is missing; build first: mvn -DskipTests package"
if [ "$what" = manager ]; then
    user=${user:-failover}
fi
[ -n "$user" ] || die "the agent needs --user USER, the user that the validator runs as (ps -o user= -C agave-validator)"
[[ $user =~ ^[a-z_][a-z0-9_-]*$ ]] || die "--user $user is no user name"
group=$user
home=/home/$user
if [ -z "$dest" ]; then
    if [ "$what" = manager ] && ! id "$user" > /dev/null 2>&1; then
        useradd --system --user-group --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin "$user"
        echo "created the user $user"
    fi
    id "$user" > /dev/null 2>&1 || die "there is no user $user; give the one that the validator runs as"
    group=$(id -gn "$user")
    home=$(getent passwd "$user" | cut -d : -f 6)
fi

uids=
if [ -n "$validator_user" ]; then
    [[ $validator_user =~ ^[a-z_][a-z0-9_-]*$ ]] || die "--validator-user $validator_user is no user name"
    uids=" --uid $(id -u "$validator_user" 2>/dev/null)" || die "there is no user $validator_user"
fi

# Whoever unpacked this, what is installed is root's: the fencer may kill, the agent moves the staked identity, and train.sh is run by root.
owner=()
[ "$(id -u)" -ne 0 ] || owner=(-o root -g root)

# put FROM TO MODE: by rename, so that a running program keeps the file it has open; the time stamp is kept for the archive's sake.
put() {
    if ! cmp -s "$1" "$2"; then
        install "${owner[@]}" -m "$3" -p "$1" "$2.new"
        mv -f "$2.new" "$2"
    elif [ "$(id -u)" -eq 0 ]; then
        # Of an installation that kept the owner of what it was unpacked from.
        chown -h root:root "$2"
        chmod "$3" "$2"
    fi
}

to=$dest$prefix
if [ -z "$dest" ]; then
    # Who may write above it may put another program in its place.
    above=$prefix
    while [ "$above" != / ]; do
        above=$(dirname "$above")
        [ ! -e "$above" ] || [ "$(stat -L -c %u "$above")" -eq 0 ] || die "--prefix $prefix: $above does not belong to root, whose programs these are"
        case $(stat -L -c %A "$above" 2>/dev/null) in
            d???????w[!tT]) die "--prefix $prefix: $above may be written by everybody" ;;
        esac
    done
fi
mkdir -p "$units" "$dest/etc/failover"
install -d "${owner[@]}" -m 755 "$to" "$to/bin" "$to/lib" "$to/conf" "$to/docs"
for name in agent manager; do
    put "$dist/lib/failover-$name.jar" "$to/lib/failover-$name.jar" 644
    put "$dist/bin/failover-$name" "$to/bin/failover-$name" 755
done
put "$dist/bin/failover-fencer" "$to/bin/failover-fencer" 755
put "$dist/lib/train.sh" "$to/lib/train.sh" 755
for file in README.md CHANGELOG.md; do put "$dist/$file" "$to/$file" 644; done
for file in "$dist"/docs/*.md; do put "$file" "$to/docs/${file##*/}" 644; done
while IFS= read -r -d '' file; do
    install -d "${owner[@]}" -m 755 "$to/conf/$(dirname "${file#"$dist/conf/"}")"
    put "$file" "$to/conf/${file#"$dist/conf/"}" 644
done < <(find "$dist/conf" -type f -print0)
services=("failover-$what")
[ "$what" = manager ] || services=(failover-fencer failover-agent)
for unit in "${services[@]}"; do
    sed "s|@PREFIX@|$prefix|g; s|@USER@|$user|g; s|@HOME@|$home|g; s|@UIDS@|$uids|g" "$dist/systemd/$unit.service" \
        > "$units/$unit.service.new"
    chmod 644 "$units/$unit.service.new"
    mv -f "$units/$unit.service.new" "$units/$unit.service"
done

if [ -n "$watchdog" ]; then
    mkdir -p "$units/failover-agent.service.d" "$units/$watchdog.d"
    sed "s|@VALIDATOR@|$watchdog|g" "$dist/systemd/watchdog-agent.conf" > "$units/failover-agent.service.d/watchdog.conf"
    cp "$dist/systemd/watchdog-validator.conf" "$units/$watchdog.d/failover-watchdog.conf"
    chmod 644 "$units/failover-agent.service.d/watchdog.conf" "$units/$watchdog.d/failover-watchdog.conf"
    echo "wrote the watchdog's drop-ins for failover-agent.service and $watchdog; set \"watchdog\": \"systemd\" in agent.json"
fi

if [ -n "$hardened" ]; then
    mkdir -p "$units/failover-agent.service.d"
    install "${owner[@]}" -m 644 "$dist/systemd/hardening-agent.conf" "$units/failover-agent.service.d/hardening.conf"
    echo "wrote the hardening drop-in: sudo does not work in your commands from now on"
fi

config=$dest/etc/failover/$what.json
example=$dist/conf/$what.json
[ "$what" = manager ] || example=$dist/conf/validator-passive.json
if [ -e "$config" ]; then
    echo "kept $config"
else
    install -m 640 "$example" "$config"
    [ -n "$dest" ] || chgrp "$group" "$config"
    echo "wrote the example $config; edit it before you start"
fi
if [ "$what" = agent ] && [ ! -e "$dest/etc/failover/agent.env" ]; then
    # Readable by root alone: systemd reads it, the agent and its commands get it as their environment.
    install "${owner[@]}" -m 600 /dev/null "$dest/etc/failover/agent.env"
    cat > "$dest/etc/failover/agent.env" << 'END'
# NAME=value, a line each: the environment of the agent's commands. Secrets belong here and not into a command's text, where every user
# of this host reads them in ps: write "$NAME" there, or nothing where the program looks for its variable itself (ETCDCTL_PASSWORD).
END
    echo "wrote $dest/etc/failover/agent.env, for secrets of your commands"
fi

if [ -z "$dest" ]; then
    # An archive belongs to one Java and one place: made here, for those.
    "$to/lib/train.sh" || echo "no class-data archive was made (see above); the programs work without, and start 0.3 s slower" >&2
fi
reload
cat << END
installed $to
next: edit /etc/failover/$what.json
      $prefix/bin/failover-$what --config /etc/failover/$what.json --check-config
      systemctl enable --now ${services[*]}        (after an upgrade: systemctl restart ${services[*]})
      journalctl -fu failover-$what
END
