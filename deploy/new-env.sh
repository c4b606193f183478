#!/bin/sh
# Writes `.env` for docker-compose.yml: .env.example with a new random password behind each name that ends with
# _PASSWORD. An `.env` that is there is left alone. Needs nothing but a POSIX system.
set -eu
cd "$(dirname "$0")/.."

if [ -e .env ]; then
  echo ".env is there already: nothing is changed" >&2
  exit 1
fi

new_password() { # begins with a letter: nats-server takes some words that begin with a digit for numbers
  printf p
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

umask 077
while IFS= read -r line; do
  case $line in
    *_PASSWORD=) echo "$line$(new_password)" ;;
    *) echo "$line" ;;
  esac
done <.env.example >.env.new
mv .env.new .env
echo "wrote .env: keep it, and keep it secret" >&2
