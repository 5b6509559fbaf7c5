#!/bin/sh
# Runs the host's commands inside of a machine. Each line of the serial line, which only the host's root can write, names
# one: "run ID", "follow ID" or "kill ID". The folder /machine/commands/ID has its script and its input; /machine/replies
# gets its output. The output of "run" is complete with its exit code; that of "follow", and its input, pass while it runs.
set -u
stty raw -echo
: >/machine/replies/ready

run() {
  folder=/machine/commands/$1 reply=/machine/replies/$1
  cd /
  setsid sh "$folder/script" <"$folder/input" >"$reply.output" 2>"$reply.errors" &
  await "$1"
  # A program that runs on holds them open: only closed files are written.
  sync "$reply.output" "$reply.errors"
  answer
}
follow() {
  folder=/machine/commands/$1 reply=/machine/replies/$1
  : >"$reply.begun"
  cd /
  setsid perl /machine/follow.pl "$folder" "$reply" 2>/dev/null &
  await "$1"
  answer
}
await() {
  echo $! >"/run/commands/$1"
  code=0
  wait $! || code=$?
  rm -f "/run/commands/$1"
}
answer() {
  echo "$code" >"$reply.new"
  mv "$reply.new" "$reply.code"
  # The host has killed it, and waits for no answer.
  [ -d "$folder" ] || rm -f "$reply".*
}
while read -r verb id; do
  case $verb in
    run) run "$id" </dev/null & ;;
    follow) follow "$id" </dev/null & ;;
    kill)
      # All processes of its session.
      pkill -KILL -s "$(cat "/run/commands/$id")" 2>/dev/null
      ;;
  esac
done
