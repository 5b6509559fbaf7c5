#!/bin/bash
# Accepts the arguments of progrium/consul: -server -bootstrap

# A Raft server that starts waits up to two seconds for a leader before it starts an election. A server that
# forms a cluster alone does not need to wait: this sends it Raft's message TimeoutNow ("hold the election now"), with
# which a leader hands over. If that fails, the server becomes the leader two seconds later anyway.
hold_election() {
  until { exec 3<>/dev/tcp/127.0.0.1/8300; } 2>/dev/null; do sleep 0.02; done
  # On Consul's port, 1 selects Raft. In Raft, 3 is TimeoutNow. MessagePack: {"ProtocolVersion": 3}
  printf '\x01\x03\x81\xafProtocolVersion\x03' >&3
  read -r -t 1 -n 1 <&3
}

for word; do
  case $word in
    -bootstrap | --bootstrap | -bootstrap=true) hold_election & ;;
  esac
done

exec consul agent -data-dir=/data -client=0.0.0.0 -hcl='performance { raft_multiplier = 1 }' "$@"
