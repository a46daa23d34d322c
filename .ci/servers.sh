#!/bin/sh
# Brings what some tests need besides Go: a Docker engine, PostgreSQL, Redis. Only as root on
# Debian, as in CI; elsewhere nothing is touched, and the tests that miss something are
# skipped and say so. It never fails: a machine without them is a machine like any other.
set -u

skip() { echo "servers: $*"; }

installed() { command -v "$1" >/dev/null 2>&1; }

postgres() { ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || installed initdb; }

if [ "$(id -u)" != 0 ] || ! installed apt-get; then
	installed docker || skip "no Docker and not root on Debian: tests of containers will be skipped"
	postgres || skip "no PostgreSQL and not root on Debian: its tests will be skipped"
	installed redis-server || skip "no Redis and not root on Debian: its tests will be skipped"
	exit 0
fi

missing=""
installed dockerd && installed iptables || missing="docker.io iptables"
postgres || missing="$missing postgresql"
installed redis-server || missing="$missing redis-server"
if [ -n "$missing" ]; then
	log=$(mktemp)
	# shellcheck disable=SC2086 # a list of names
	if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing; } >"$log" 2>&1; then
		skip "could not be installed, their tests will be skipped: $missing"
		tail -n 3 "$log"
	fi
	rm -f "$log"
fi

installed dockerd || exit 0
docker info >/dev/null 2>&1 && exit 0
# It outlives this script, and ends with the machine's session.
log=${TMPDIR:-/tmp}/progon-dockerd.log
setsid dockerd >"$log" 2>&1 </dev/null &
tries=0
until docker info >/dev/null 2>&1; do
	tries=$((tries + 1))
	if [ "$tries" -ge 30 ] || ! kill -0 $! 2>/dev/null; then
		skip "the Docker engine did not start, tests of containers will be skipped:"
		tail -n 3 "$log"
		exit 0
	fi
	sleep 1
done
