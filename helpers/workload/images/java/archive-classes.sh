# For scripts that run when an image is built: starts a program once to record the classes that it loads, and archives
# them in their memory format. A start that maps the archive takes a fraction of the time.
set -eu
PATH=/opt/java/bin:$PATH
seen=/tmp/classes
ip link set lo up

# note_classes OPTIONS MAIN…: runs the program until the function `answers` succeeds.
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

# note_jar JAR [FOLDER]: adds the classes that are only loaded in use.
note_jar() {
  unzip -l "$1" | sed -n "s|.* \(${2:-}[^ ]*\)\.class\$|\1|p" >> $seen
}

# archive_classes OPTIONS: writes the archive that the options name.
archive_classes() {
  java "$1" -Xshare:dump -XX:SharedClassListFile=$seen -Xlog:cds=off -Xlog:class+path=off > /tmp/log 2>&1 ||
    { tail -n 20 /tmp/log >&2; exit 1; }
}
