# Runs after java/archive-classes.sh.

answers() {
  local answer
  answer=$(nc 127.0.0.1 2181 <<< srvr 2> /dev/null || true)
  [[ $answer == *"Mode: standalone"* ]]
}

options=@/opt/zookeeper/java.options
note_classes $options org.apache.zookeeper.server.ZooKeeperServerMain 2181 /tmp/data
# Adds the classes that are only loaded with clients.
for folder in data proto server txn; do
  note_jar /usr/share/java/zookeeper.jar org/apache/zookeeper/$folder/
done
archive_classes $options
