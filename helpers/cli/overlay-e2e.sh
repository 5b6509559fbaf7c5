#!/bin/sh
# Finds a Node.js that runs TypeScript and starts it.
set -eu
top=$(dirname "$(readlink -f "$0")")/../..
node=$top/node_modules/.bin/node
if [ ! -x "$node" ]; then
  node=$(command -v node || true)
  major=$([ -z "$node" ] || "$node" -p 'process.versions.node.split(".")[0]')
  if [ "${major:-0}" -lt 24 ]; then
    echo "overlay-e2e: no Node 24 or newer found. Run \"npm ci\" in $(cd "$top" && pwd), which installs it." >&2
    exit 1
  fi
fi
. "$top/helpers/cli/start/compile-cache.sh"
exec "$node" "$top/helpers/cli/start/overlay-e2e.ts" "$@"
