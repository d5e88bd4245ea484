#!/usr/bin/env bash
# Writes .env for docker-compose.yml with new secrets, unless there is one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ ! -e .env ] || { echo ".env exists already: it stays as it is" >&2; exit 0; }
umask 077
hex() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
{
  for name in DATABASE_PASSWORD APP_DATABASE_PASSWORD SHOPIFY_API_SECRET ADMIN_TOKEN PII_KEY EMAIL_INDEX_KEY GRAFANA_PASSWORD; do
    printf '%s=%s\n' "$name" "$(hex)"
  done
} >.env
echo "wrote .env: set SHOPIFY_API_SECRET to the app's secret for real webhooks"
