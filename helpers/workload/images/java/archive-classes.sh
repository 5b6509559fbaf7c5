# For the scripts that are run when an image is built: starts a program once, to see which classes that takes, and writes
# them down as Java has them in memory: a start that maps them takes a fraction of the time.
set -eu
PATH=/opt/java/bin:$PATH
seen=/tmp/classes
ip link set lo up

# note_classes OPTIONS MAIN…: runs the program until the function `answers` finds that it does.
note_classes() {
  java "$1" -Xshare:auto -XX:DumpLoadedClassList=$seen "${@:2}" > /tmp/log 2>&1 &
  local server=$!
  until answers; do
    if ! kill -0 $server 2> /dev/null || ((SECONDS > 120)); then
      echo "${*:2} does not answer" >&2
      tail -n 20 /tmp/log >&2
      exit 1
    fi
    sleep 0.1
  done
  kill $server
  wait $server || true
}

# note_jar JAR [FOLDER]: what else it has, which is there only when it is used.
note_jar() {
  unzip -l "$1" | sed -n "s|.* \(${2:-}[^ ]*\)\.class\$|\1|p" >> $seen
}

# archive_classes OPTIONS: writes the archive that the options name.
archive_classes() {
  java "$1" -Xshare:dump -XX:SharedClassListFile=$seen -Xlog:cds=off -Xlog:class+path=off > /tmp/log 2>&1 ||
    { tail -n 20 /tmp/log >&2; exit 1; }
}
