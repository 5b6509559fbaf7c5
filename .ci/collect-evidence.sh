#!/bin/sh
# Saves the state and logs of docker-machine, its machines and VirtualBox after a failed night.   collect-evidence.sh FOLDER
# Continues after every error: a machine that does not answer is evidence, too.
folder=${1:?name a folder}
here=$(dirname "$0")
mkdir -p "$folder"
# Drivers keep access tokens in a machine's configuration, and logs contain environment variables: many people read the evidence.
redact() { node "$here/redact-secrets.ts"; }
docker-machine version >"$folder/versions.txt" 2>&1
VBoxManage --version >>"$folder/versions.txt" 2>&1
docker-machine ls >"$folder/docker-machine-ls.txt" 2>&1
VBoxManage list --long hostonlyifs >"$folder/host-only-networks.txt" 2>&1
cat /etc/vbox/networks.conf >>"$folder/host-only-networks.txt" 2>&1
for machine in $(docker-machine ls -q 2>/dev/null); do
  docker-machine inspect "$machine" 2>&1 | redact >"$folder/$machine.inspect.json"
  # boot2docker keeps the engine's log in that file.
  timeout 60 docker-machine ssh "$machine" \
    'docker version; docker info; docker ps -a; docker network ls; ip addr; ip route; uptime; free -m; sudo cat /var/log/docker.log; dmesg | tail -200' \
    2>&1 </dev/null | redact >"$folder/$machine.txt"
done
find "${MACHINE_STORAGE_PATH:?name the store}/machines" -name 'VBox*.log*' -size -20M | while read -r log; do
  redact <"$log" >"$folder/$(basename "$(dirname "$(dirname "$log")")").$(basename "$log")"
done
exit 0
