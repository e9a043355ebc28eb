#!/bin/bash
# Puts together dist/ from what the modules built: launchers, jars, class-data archives, examples, units. Maven calls it at the end of
# `package` of the module testbed, the last one, so that it is there for the integration tests and for anybody who only packages.
# What did not change is not touched: the archives stay valid and a second build is quick.
set -euo pipefail
unset CDPATH

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
dist=$root/dist
mkdir -p "$dist/bin" "$dist/lib" "$dist/systemd" "$dist/docs"

# put FROM TO MODE: by rename, so that a program that is running keeps the file it has open.
put() {
    if ! cmp -s "$1" "$2"; then
        cp "$1" "$2.new"
        chmod "$3" "$2.new"
        mv "$2.new" "$2"
    fi
}

fresh=
for name in agent manager testbed; do
    module=$root/$name-verticle
    [ "$name" != testbed ] || module=$root/testbed
    jar=$module/target/failover-$name.jar
    if [ ! -f "$jar" ]; then
        echo "dist.sh: $jar is missing; run 'mvn package' in $root" >&2
        exit 1
    fi
    if ! cmp -s "$jar" "$dist/lib/failover-$name.jar"; then
        rm -f "$dist/lib/failover-$name.jsa"
        fresh=yes
    fi
    put "$jar" "$dist/lib/failover-$name.jar" 644
    put "$root/deploy/launcher.sh" "$dist/bin/failover-$name" 755
done
put "$root/deploy/fencer/failover-fencer" "$dist/bin/failover-fencer" 755
put "$root/testbed/bin/agave-validator" "$dist/bin/agave-validator" 755
put "$root/deploy/train.sh" "$dist/lib/train.sh" 755
put "$root/deploy/install.sh" "$dist/install.sh" 755
for file in README.md CHANGELOG.md; do put "$root/$file" "$dist/$file" 644; done
for file in "$root"/docs/*.md; do put "$file" "$dist/docs/${file##*/}" 644; done
for file in "$root"/deploy/systemd/*.service "$root"/deploy/systemd/*.conf; do put "$file" "$dist/systemd/${file##*/}" 644; done
rm -rf "$dist/conf"
cp -R "$root/conf" "$dist/conf"
# `./failover-manager --active ...` as the README has it
ln -sfn bin/failover-agent "$dist/failover-agent"
ln -sfn bin/failover-manager "$dist/failover-manager"

# The archives are for one Java: another one, or an update of it, wants new ones.
java=${JAVA_HOME:+$JAVA_HOME/bin/java}
java=$(readlink -f "${java:-$(command -v java || true)}" || true)
stamp="$java $(stat -c %Y "${java:-/}" || true)"
if [ -n "$fresh" ] || [ "$stamp" != "$(cat "$dist/lib/.trained" 2>/dev/null || true)" ]; then
    rm -f "$dist/lib/.trained"
    "$dist/lib/train.sh"
    echo "$stamp" > "$dist/lib/.trained"
fi
