#!/bin/bash
# Creates the empty data directory when the image is built.
set -eu
cd /usr/share/mariadb
mkdir -p /run/mysqld
{
  echo 'CREATE DATABASE mysql;'
  echo 'USE mysql;'
  echo "SET @auth_root_socket = 'root';"
  cat mariadb_system_tables.sql mariadb_performance_tables.sql mariadb_system_tables_data.sql
} | mariadbd --bootstrap --skip-networking
