# shellcheck shell=bash
# Sourced by verify.sh and quickstart.sh: finds Java and Maven, and installs what is missing by apt, saying so first.

say() { printf '==> %s\n' "$*"; }

# The major version that `java -version` names; 0 when there is no java.
java_major() {
    local line
    line=$("$1" -version 2>&1 | grep -m 1 -o 'version "[0-9]*' || true)
    echo "${line##*\"}" | grep -E '^[0-9]+$' || echo 0
}

# Sets JAVA_HOME to a JDK (with javac) of 17 or newer, if there is one.
find_jdk() {
    local home
    for home in "${JAVA_HOME:-}" "$(readlink -f "$(command -v javac || true)" | sed 's|/bin/javac$||')" /usr/lib/jvm/*; do
        if [ -n "$home" ] && [ -x "$home/bin/javac" ] && [ "$(java_major "$home/bin/java")" -ge 17 ]; then
            export JAVA_HOME=$home
            return 0
        fi
    done
    return 1
}

# install_missing COMMAND=PACKAGE[|PACKAGE]...: installs the first package that exists of each command that is not on the PATH.
# The word jdk=... stands for a JDK.
install_missing() {
    local want command choice packages=() missing=() sudo=()
    for want in "$@"; do
        command=${want%%=*}
        if [ "$command" = jdk ]; then
            find_jdk && continue
        elif command -v "$command" > /dev/null || [ -x "/usr/sbin/$command" ]; then
            continue
        fi
        missing+=("$want")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    if ! command -v apt-get > /dev/null; then
        echo "missing: ${missing[*]%%=*}; this machine has no apt-get, install them by hand and start again" >&2
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo > /dev/null; then
            echo "missing: ${missing[*]%%=*}; run this as root once, or install them: apt-get install $(printf '%s\n' "${missing[@]}" \
                | sed 's/.*=//;s/|.*//' | tr '\n' ' ')" >&2
            return 1
        fi
        sudo=(sudo)
    fi
    say "installing by apt what is missing here: ${missing[*]%%=*}"
    "${sudo[@]}" apt-get -o DPkg::Lock::Timeout=120 -qq update
    for want in "${missing[@]}"; do
        for choice in $(tr '|' ' ' <<< "${want#*=}"); do
            if [ -n "$(apt-cache madison "$choice" 2>/dev/null)" ]; then
                packages+=("$choice")
                break
            fi
        done
    done
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 -y -qq \
        --no-install-recommends install "${packages[@]}" > /dev/null
    for want in "${missing[@]}"; do
        command=${want%%=*}
        if [ "$command" = jdk ] && ! find_jdk || [ "$command" != jdk ] && ! command -v "$command" > /dev/null; then
            echo "$command is still missing after installing ${packages[*]:-nothing}; look at the output of: apt-get install ${want#*=}" >&2
            return 1
        fi
    done
    say "installed ${packages[*]}"
}
