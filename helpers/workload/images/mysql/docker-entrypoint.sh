#!/bin/bash
# Takes the words and the environment that Docker's own mysql image takes. Its environment counts at the first start:
#   MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD, MYSQL_RANDOM_ROOT_PASSWORD, MYSQL_ROOT_HOST,
#   MYSQL_DATABASE, MYSQL_USER, MYSQL_PASSWORD
# Unlike there, nothing has to be given: without them it is a database «cars» and a user and a password of that name,
# and root's password is «root». The database has the car service's tables and its row.
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

# A string, and a name, as SQL writes them.
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

# Written last by the statements themselves: a start that was killed in their middle is no first start that is over.
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
  # Read by the server before it answers anybody.
  (umask 077; first_start > /run/mysqld/first-start.sql)
  chown mysql: /run/mysqld/first-start.sql
  set -- "$@" --init-file=/run/mysqld/first-start.sql
fi
exec "$@"
