#!/bin/sh
# Runs a command inside of a machine with its own kernel: run-inside.sh FOLDER ID PID SCRIPT [follow]. Its input, output,
# errors and exit code are this script's. PID is a process that ends with the machine. With "follow", input and output
# pass while the command runs.
set -u
id=$2 machine=$3 mode=${5:-run}
command=$1/commands/$id reply=$1/replies/$id control=$1/control
umask 077
input= shows_output=$$
forget() {
  [ -z "$input" ] || kill "$input" 2>/dev/null
  rm -rf "$command" "$reply".*
}
lose() {
  echo "the machine has ended" >&2
  forget
  exit 255
}
# The machine writes its replies. It could put a link to another file there.
show() { dd if="$1" iflag=nofollow bs=64k status=none; }
# A process that has ended stays until its parent takes note.
runs() {
  read -r state 2>/dev/null <"/proc/$1/stat" || return 1
  case $state in *') Z '* | *') X '*) return 1 ;; esac
}
# A machine that boots removes the files of its last run.
until [ -e "$1/replies/ready" ]; do
  runs "$machine" || lose
  sleep 0.02
done
mkdir -p "$command"
printf '%s\n' "$4" >"$command/script"

# Passes the input, which is descriptor 5, piece by piece. The last one is empty.
pass_input() {
  exec 6>&-
  trap 'kill "$!" 2>/dev/null; exit' TERM
  piece=1
  while
    dd bs=64k count=1 of="$command/piece" status=none 0<&5 &
    wait "$!" && mv "$command/piece" "$command/input.$piece" && [ -s "$command/input.$piece" ]
  do
    piece=$((piece + 1))
  done
}
# Prints the output as it grows.
follow() {
  # The other programs have no copy of descriptor 6: even if this script is killed, the reader ends, and they do.
  mkfifo "$command/end"
  exec 6<>"$command/end"
  sh -c 'read -r _' <"$command/end" 6>&- &
  end=$!
  for name in output errors; do
    # Nothing in the machine knows this name yet. In the folder of the command it can replace no file.
    : >"$reply.$name"
    ln "$reply.$name" "$command/$name"
  done
  tail -c +1 -f -s 0.05 --pid="$end" "$command/output" 6>&- &
  shows=$! shows_output=$!
  tail -c +1 -f -s 0.05 --pid="$end" "$command/errors" >&2 6>&- &
  shows="$shows $!"
  # A shell gives processes in the background no input but this.
  exec 5<&0
  pass_input &
  input=$!
}
if [ "$mode" = follow ]; then
  follow
  begun=$reply.begun
else
  cat >"$command/input"
  begun=$reply.output
fi
trap 'printf "kill %s\n" "$id" 1<>"$control"; forget; exit 143' TERM INT HUP
printf '%s %s\n' "$mode" "$id" 1<>"$control"
turns=0
until [ -f "$reply.code" ]; do
  # The run was killed, or its output has no reader any more.
  { runs "$PPID" && runs "$shows_output"; } || kill -TERM $$
  runs "$machine" || lose
  # At times, the kernel misses that a line has arrived. With the next one, which may be empty, it reads all.
  turns=$((turns + 1))
  [ -e "$begun" ] || [ $((turns % 100)) -ne 0 ] || echo 1<>"$control"
  # Commands that run for hours need no quick answer.
  if [ "$turns" -lt 1000 ]; then sleep 0.02; else sleep 0.2; fi
done
if [ "$mode" = follow ]; then
  exec 6>&-
  # shellcheck disable=SC2086 -- One word for each process.
  wait $shows
else
  show "$reply.output"
  show "$reply.errors" >&2
fi
code=$(show "$reply.code")
forget
exit "$code"
