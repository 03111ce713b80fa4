#!/bin/sh
# Runs once, when the database volume is new: makes the roles, hands the database to its owner, sets the passwords.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --file=/carillon/roles.sql
for role in owner web operator; do
  psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --quiet \
    --set=role="app_$role" --set=password="$(cat "/run/secrets/app_${role}_password")" <<'SQL'
set log_statement = 'none';
set log_min_error_statement = 'panic';
alter role :"role" password :'password';
SQL
done
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
  --command="alter database \"$POSTGRES_DB\" owner to app_owner"
