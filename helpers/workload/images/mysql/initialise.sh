#!/bin/bash
# Creates the empty data directory when the image is built. The layer gives it to the server's user afterward.
set -eu
cd /usr/share/mariadb
mkdir -p /run/mysqld
# The first user that the server reads applies, and a build without root has no other user than root.
sed 's/^user = mysql$/user = root/' /etc/mysql/my.cnf >/tmp/my.cnf
{
  echo 'CREATE DATABASE mysql;'
  echo 'USE mysql;'
  echo "SET @auth_root_socket = 'root';"
  cat mariadb_system_tables.sql mariadb_performance_tables.sql mariadb_system_tables_data.sql
} | mariadbd --defaults-file=/tmp/my.cnf --bootstrap --skip-networking
