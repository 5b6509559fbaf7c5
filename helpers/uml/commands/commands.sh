#!/bin/sh
# Runs the host's commands inside of a machine. Each line of the serial line, which only the host's root can write, names
# one: "run ID" or "kill ID". The folder /machine/commands/ID has its script and its input; /machine/replies gets its output.
set -u
stty raw -echo
: >/machine/replies/ready

run() {
  folder=/machine/commands/$1 reply=/machine/replies/$1
  cd /
  setsid sh "$folder/script" <"$folder/input" >"$reply.output" 2>"$reply.errors" &
  echo $! >"/run/commands/$1"
  code=0
  wait $! || code=$?
  rm -f "/run/commands/$1"
  # A program that runs on holds them open: only closed files are written.
  sync "$reply.output" "$reply.errors"
  echo "$code" >"$reply.new"
  mv "$reply.new" "$reply.code"
}
while read -r verb id; do
  case $verb in
    run) run "$id" </dev/null & ;;
    kill)
      # All processes of its session.
      pkill -KILL -s "$(cat "/run/commands/$id")" 2>/dev/null
      ;;
  esac
done
