#!/bin/sh
# Finds a Node that runs TypeScript as it stands, and hands over to it.
set -eu
top=$(dirname "$(readlink -f "$0")")/../..
node=$top/node_modules/.bin/node
if [ ! -x "$node" ]; then
  node=$(command -v node || true)
  major=$([ -z "$node" ] || "$node" -p 'process.versions.node.split(".")[0]')
  if [ "${major:-0}" -lt 24 ]; then
    echo "overlay-e2e: no Node 24 or newer found; run «npm ci» in $(cd "$top" && pwd), which brings one" >&2
    exit 1
  fi
fi
# Without it the types of our own modules would be stripped anew in each call.
[ -z "${XDG_CACHE_HOME:-}${HOME:-}" ] ||
  export NODE_COMPILE_CACHE="${XDG_CACHE_HOME:-${HOME:-}/.cache}/overlay-e2e/compiled"
exec "$node" "$top/helpers/cli/overlay-e2e/main.ts" "$@"
