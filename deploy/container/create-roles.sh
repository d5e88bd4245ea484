#!/bin/bash
# Run once by PostgreSQL's image on an empty data directory: the application's role, which owns nothing. The migrations, which run
# as the owner, grant it what it needs.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v password="$APP_DATABASE_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE loyalnest_app LOGIN NOBYPASSRLS PASSWORD :'password';
SQL
