#!/bin/bash
# Starts Tomcat once, when the image is built, to see which classes that takes, and writes them down as Java has them in
# memory: a start that maps them takes a fraction of the time.
set -eu
PATH=/opt/java/bin:$PATH
options=@/usr/local/tomcat/conf/java.options
seen=/tmp/classes
ip link set lo up

# There is no database here: the answer is 503, by way of pool and driver.
MYSQL_HOST=127.0.0.1 java "$options" -Xshare:auto -XX:DumpLoadedClassList=$seen \
  org.apache.catalina.startup.Bootstrap start > /tmp/log 2>&1 &
server=$!
ask() { wget -q -O /dev/null -S http://127.0.0.1:8080/rest-service-provider-1.0-SNAPSHOT/car/1 2>&1; }
until answer=$(ask || true); [[ $answer == *" 503 "* ]]; do
  if ! kill -0 $server 2> /dev/null || ((SECONDS > 120)); then
    echo "Tomcat does not answer 503: ${answer:-nothing}" >&2
    tail -n 20 /tmp/log >&2
    exit 1
  fi
  sleep 0.1
done
kill $server
wait $server || true

# And what a database that answers would have brought in.
for jar in mariadb-java-client tomcat10-jdbc jackson-core; do
  unzip -l /usr/share/java/$jar.jar | sed -n 's/.* \([^ ]*\)\.class$/\1/p' >> $seen
done
java "$options" -Xshare:dump -XX:SharedClassListFile=$seen -Xlog:cds=off -Xlog:class+path=off > /tmp/log 2>&1 ||
  { tail -n 20 /tmp/log >&2; exit 1; }
