#!/bin/sh
# docker-machine's command line over the built-in provider. Finds a Node that runs TypeScript as it stands, hands over.
self=$(readlink -f "$0")
top=${self%/helpers/cli/*}
node=$top/node_modules/.bin/node
if [ ! -x "$node" ]; then
  node=$(command -v node || true)
  major=$([ -z "$node" ] || "$node" -p 'process.versions.node.split(".")[0]')
  if [ "${major:-0}" -lt 24 ]; then
    echo "netns-machine: no Node 24 or newer found; run «npm ci» in $top, which brings one" >&2
    exit 1
  fi
fi
name=${0##*/}
exec "$node" "$top/helpers/cli/netns-machine.ts" "${name%.sh}" "$@"
