#!/bin/sh
# Writes `.env` for docker-compose.yml: copies .env.example, sets a random password for each name that ends with _PASSWORD,
# a SESSION_SECRET and a new API key for BOOTSTRAP_API_KEY. Does not overwrite an existing `.env`. Needs POSIX tools, and
# one of sha256sum, shasum and openssl.
set -eu
cd "$(dirname "$0")/.."

if [ -e .env ]; then
  echo ".env already exists: not changed" >&2
  exit 1
fi

new_password() { # begins with a letter: nats-server parses some words that begin with a digit as numbers
  printf p
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum
  elif command -v shasum >/dev/null; then shasum -a 256
  else openssl dgst -sha256 -r
  fi
}

new_api_key() { # the format of lib/auth/api-key.ts
  body=lt_sk_$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s_%s' "$body" "$(printf %s "$body" | sha256 | cut -c 1-8)"
}

umask 077
while IFS= read -r line; do
  case $line in
    *_PASSWORD=) echo "$line$(new_password)" ;;
    SESSION_SECRET=) echo "$line$(new_password)" ;;
    BOOTSTRAP_API_KEY=) echo "$line$(new_api_key)" ;;
    *) echo "$line" ;;
  esac
done <.env.example >.env.new
mv .env.new .env
echo "wrote .env with new passwords and an API key: back it up and keep it secret" >&2
