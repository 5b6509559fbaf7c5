#!/bin/bash
# Accepts the arguments and variables of Docker's official mysql image. The variables take effect at the first start:
#   MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD, MYSQL_RANDOM_ROOT_PASSWORD, MYSQL_ROOT_HOST,
#   MYSQL_DATABASE, MYSQL_USER, MYSQL_PASSWORD
# In contrast to that image, all of them are optional. The defaults are a database "cars", a user and a password of the
# same name, and the password "root" for root. The database contains the car service's tables and its row.
set -eu

case ${1:-mariadbd} in
  -*) set -- mariadbd "$@" ;;
esac
case $1 in
  mariadbd | mysqld) ;;
  *) exec "$@" ;;
esac

data=/var/lib/mysql
if ! [ -d "$data/mysql" ]; then
  echo "$data has no data directory in it: mount a volume there (the engine fills it), no folder" >&2
  exit 1
fi

# Quotes a string, and a name, for SQL.
string() { local text=${1//\\/\\\\}; echo "'${text//\'/\\\'}'"; }
name() { echo "\`${1//\`/\`\`}\`"; }

root_password() {
  if [ -n "${MYSQL_ROOT_PASSWORD:-}" ]; then
    echo "$MYSQL_ROOT_PASSWORD"
  elif [ -n "${MYSQL_RANDOM_ROOT_PASSWORD:-}" ]; then
    local password
    password=$(head -c 18 /dev/urandom | base64)
    echo "GENERATED ROOT PASSWORD: $password" >&2
    echo "$password"
  elif [ -z "${MYSQL_ALLOW_EMPTY_PASSWORD:-}" ]; then
    echo root
  fi
}

# The statements write this file last, so after an interrupted first start, the next start is a first start again.
done=$data/car-service-initialised

first_start() {
  local password database user
  password=$(string "$(root_password)")
  database=$(name "${MYSQL_DATABASE:-cars}")
  user="$(string "${MYSQL_USER:-cars}")@'%'"
  echo "CREATE OR REPLACE USER root@localhost IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD($password);"
  echo "CREATE OR REPLACE USER root@$(string "${MYSQL_ROOT_HOST:-%}") IDENTIFIED BY $password;"
  for host in localhost "${MYSQL_ROOT_HOST:-%}"; do
    echo "GRANT ALL ON *.* TO root@$(string "$host") WITH GRANT OPTION;"
  done
  echo "CREATE OR REPLACE DATABASE $database;"
  if [ "${MYSQL_USER:-}" != root ]; then
    echo "CREATE OR REPLACE USER $user IDENTIFIED BY $(string "${MYSQL_PASSWORD:-cars}");"
    echo "GRANT ALL ON $database.* TO $user;"
  fi
  echo "USE $database;"
  cat /usr/local/share/car-service/schema.sql
  echo "SELECT 'car service' INTO OUTFILE '$done';"
}

mkdir -p /run/mysqld
chown mysql: /run/mysqld
if ! [ -e "$done" ]; then
  # The server reads this file before it accepts connections.
  (umask 077; first_start > /run/mysqld/first-start.sql)
  chown mysql: /run/mysqld/first-start.sql
  set -- "$@" --init-file=/run/mysqld/first-start.sql
fi
exec "$@"
