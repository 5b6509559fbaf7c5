# Runs after java/archive-classes.sh.

# Without a database, the answer is 503, which exercises the pool and the driver.
answers() {
  local answer
  answer=$(wget -q -O /dev/null -S http://127.0.0.1:8080/rest-service-provider-1.0-SNAPSHOT/car/1 2>&1 || true)
  [[ $answer == *" 503 "* ]]
}

options=@/usr/local/tomcat/conf/java.options
MYSQL_HOST=127.0.0.1 note_classes $options org.apache.catalina.startup.Bootstrap start
# Adds the classes that are only loaded with a database.
for jar in mariadb-java-client tomcat10-jdbc jackson-core; do
  note_jar /usr/share/java/$jar.jar
done
archive_classes $options
