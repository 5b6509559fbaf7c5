#!/bin/bash
# Takes the words that progrium/consul takes: -server -bootstrap

# Raft lets a server that starts wait up to two seconds for a leader to call, before it asks for votes. A server that
# was told to start a cluster alone waits for nobody: it is sent Raft's own message «hold the election now» (TimeoutNow,
# with which a leader hands over). Should that fail, it leads two seconds later, as it would have.
hold_election() {
  until { exec 3<>/dev/tcp/127.0.0.1/8300; } 2>/dev/null; do sleep 0.02; done
  # Consul's port: 1 means Raft. Raft's: 3 means TimeoutNow. MessagePack: {"ProtocolVersion": 3}
  printf '\x01\x03\x81\xafProtocolVersion\x03' >&3
  read -r -t 1 -n 1 <&3
}

for word; do
  case $word in
    -bootstrap | --bootstrap | -bootstrap=true) hold_election & ;;
  esac
done

exec consul agent -data-dir=/data -client=0.0.0.0 -hcl='performance { raft_multiplier = 1 }' "$@"
