# shellcheck shell=bash
# .dev/env: what the processes of `up` and the tools beside them need, KEY=VALUE. Secrets are made once and kept.

ENVIRONMENT=$DEV/env
SECRETS=$DEV/secrets

# secret NAME MAKE: prints a secret that stays the same for this checkout; MAKE is the command that makes it.
secret() {
  local value
  value=$(get_line "$SECRETS" "$1")
  if [ -z "$value" ]; then
    value=$($2)
    put_line "$SECRETS" "$1" "$value"
  fi
  printf '%s' "$value"
}

random_hex() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# A partner's key as the platform issues it: 32 random bytes in base64url.
random_api_key() { printf 'lnk_%s' "$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n')"; }

# role_port NAME DEFAULT ROLE: a running role keeps its port.
role_port() {
  if role_pid "$3" >/dev/null && [ -n "$(port_of "$1")" ]; then port_of "$1"; else choose_port "$1" "$2"; fi
}

# sandbox_partners URL: the partners as the sandbox plays them there. It takes any key of the right form.
sandbox_partners() {
  cat <<LINES
SHOPIFY_URL=$1/shopify/{shop}
SHOPIFY_API_KEY=loyalnest-development
SHOPIFY_CLIENT_CREDENTIALS=true
KLAVIYO_URL=$1/klaviyo
POSTSCRIPT_URL=$1/postscript
POSTHOG_URL=$1/posthog
POSTHOG_API_KEY=phc_sandbox
SLACK_URL=$1/slack
SLACK_WEBHOOK=/services/T0SANDBOX/B0ALERTS/sandbox
SNS_URL=$1/sns
SNS_TOPIC_ARN=arn:aws:sns:us-east-1:000000000000:loyalnest-alerts
SNS_ACCESS_KEY_ID=sandbox
SNS_SECRET_ACCESS_KEY=$(secret SANDBOX_SECRET_ACCESS_KEY random_hex)
S3_URL=$1/s3
S3_BUCKET=loyalnest
S3_ACCESS_KEY_ID=sandbox
S3_SECRET_ACCESS_KEY=$(secret SANDBOX_SECRET_ACCESS_KEY random_hex)
LINES
}

# write_environment WORKERS
write_environment() {
  local postgres redis index port lines
  touch "$SECRETS"
  chmod 600 "$SECRETS"
  postgres=127.0.0.1:$(postgres_port "$DEV")
  redis=$(redis_port "$DEV")
  port=$(role_port API_PORT 3000 api)
  lines="LOYALNEST_URL=http://127.0.0.1:$port
LOYALNEST_API_ADDR=127.0.0.1:$port"
  port=$(role_port API_INTERNAL_PORT 3001 api)
  lines+="
API_INTERNAL_URL=http://127.0.0.1:$port
LOYALNEST_API_INTERNAL_ADDR=127.0.0.1:$port"
  for index in $(seq "$1"); do
    port=$(role_port "WORKERS_PORT_$index" "$((3009 + index))" "workers-$index")
    lines+=$'\n'"WORKERS_URL_$index=http://127.0.0.1:$port"
  done
  port=$(role_port SANDBOX_PORT 3040 sandbox)
  lines+="
SANDBOX_URL=http://127.0.0.1:$port
LOYALNEST_SANDBOX_ADDR=127.0.0.1:$port
SANDBOX_ACCESS_KEY_ID=sandbox
SANDBOX_SECRET_ACCESS_KEY=$(secret SANDBOX_SECRET_ACCESS_KEY random_hex)
$(sandbox_partners "http://127.0.0.1:$port")"
  port=$(role_port SCHEDULER_PORT 3030 scheduler)
  lines+="
LOYALNEST_WORKERS_ADDR=127.0.0.1:$(port_of WORKERS_PORT_1)
LOYALNEST_SCHEDULER_ADDR=127.0.0.1:$port
SCHEDULER_URL=http://127.0.0.1:$port
DATABASE_URL=postgres://loyalnest@$postgres/loyalnest
APP_DATABASE_URL=postgres://loyalnest_app@$postgres/loyalnest
REDIS_URL=redis://127.0.0.1:$redis/0
SHOPIFY_API_SECRET=$(secret SHOPIFY_API_SECRET random_hex)
ADMIN_TOKEN=$(secret ADMIN_TOKEN random_hex)
PARTNER_API_KEY=$(secret PARTNER_API_KEY random_api_key)
PII_KEY=$(secret PII_KEY random_hex)
EMAIL_INDEX_KEY=$(secret EMAIL_INDEX_KEY random_hex)"
  printf '%s\n' "$lines" >"$ENVIRONMENT.new"
  chmod 600 "$ENVIRONMENT.new"
  # What `seed --demo` told before stays until it tells again.
  local shop
  shop=$(get_line "$ENVIRONMENT" DEMO_SHOP)
  [ -z "$shop" ] || put_line "$ENVIRONMENT.new" DEMO_SHOP "$shop"
  mv "$ENVIRONMENT.new" "$ENVIRONMENT"
}

# exec_with_environment COMMAND...: becomes that command, with .dev/env set. For subshells.
exec_with_environment() {
  set -a
  # shellcheck disable=SC1090
  . "$ENVIRONMENT"
  set +a
  exec "$@"
}

# tool PROFILE ARGUMENTS...: the operators' command.
tool() {
  local profile=$1
  shift
  (
    export LOG_FORMAT=${LOG_FORMAT:-text} LOG_LEVEL=${LOG_LEVEL:-warn,sqlx=error}
    exec_with_environment "$TARGET/$profile/loyalnest" "$@"
  )
}

# prepare_database PROFILE: schema, the application's login, demo merchants.
prepare_database() {
  local told line
  say "Migrating the database"
  tool "$1" migrate || die "the migration failed (see above)" "development data can be thrown away: ./dev.sh down; rm -rf .dev"
  psql_in "$DEV" loyalnest -qc 'ALTER ROLE loyalnest_app LOGIN'
  say "Seeding two demo merchants"
  told=$(tool "$1" seed --demo --api-key "$(secret PARTNER_API_KEY random_api_key)") || die "the seed failed (see above)" ""
  while IFS= read -r line; do
    [[ $line =~ ^[A-Z][A-Z0-9_]*=[^[:space:]]+$ ]] || continue
    put_line "$ENVIRONMENT" "${line%%=*}" "${line#*=}"
  done <<<"$told"
}
