#!/bin/sh
# Runs a command inside of a machine with its own kernel: run-inside.sh FOLDER ID PID SCRIPT. Its input, output, errors and
# exit code are this script's. PID is a process that ends with the machine.
set -u
command=$1/commands/$2 reply=$1/replies/$2 control=$1/control
umask 077
forget() { rm -rf "$command" "$reply".*; }
# The machine writes its replies. It could put a link to another file there.
show() { dd if="$1" iflag=nofollow bs=64k status=none; }
mkdir -p "$command"
printf '%s\n' "$4" >"$command/script"
cat >"$command/input"
trap 'printf "kill %s\n" "$2" 1<>"$control"; forget; exit 143' TERM INT HUP
printf 'run %s\n' "$2" 1<>"$control"
# A process that has ended stays until its parent takes note.
runs() {
  read -r state 2>/dev/null <"/proc/$1/stat" || return 1
  case $state in *') Z '* | *') X '*) return 1 ;; esac
}
turns=0
until [ -f "$reply.code" ]; do
  # The run was killed.
  runs "$PPID" || kill -TERM $$
  if ! runs "$3"; then
    echo "the machine has ended" >&2
    forget
    exit 255
  fi
  # At times, the kernel misses that a line has arrived. With the next one, which may be empty, it reads all.
  turns=$((turns + 1))
  [ -e "$reply.output" ] || [ $((turns % 100)) -ne 0 ] || echo 1<>"$control"
  sleep 0.02
done
show "$reply.output"
show "$reply.errors" >&2
code=$(show "$reply.code")
forget
exit "$code"
