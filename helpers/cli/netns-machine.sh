#!/bin/sh
# docker-machine's command line for the built-in provider. Finds a Node.js that runs TypeScript and starts it.
self=$(readlink -f "$0")
top=${self%/helpers/cli/*}
node=$top/node_modules/.bin/node
if [ ! -x "$node" ]; then
  node=$(command -v node || true)
  major=$([ -z "$node" ] || "$node" -p 'process.versions.node.split(".")[0]')
  if [ "${major:-0}" -lt 24 ]; then
    echo "netns-machine: no Node 24 or newer found. Run \"npm ci\" in $top, which installs it." >&2
    exit 1
  fi
fi
. "$top/helpers/cli/start/compile-cache.sh"
name=${0##*/}
exec "$node" "$top/helpers/cli/start/netns-machine.ts" "${name%.sh}" "$@"
