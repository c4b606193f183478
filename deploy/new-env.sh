#!/bin/sh
# Writes `.env` for docker-compose.yml: copies .env.example and sets a random password for each name that ends with
# _PASSWORD. Does not overwrite an existing `.env`. Needs only POSIX tools.
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

umask 077
while IFS= read -r line; do
  case $line in
    *_PASSWORD=) echo "$line$(new_password)" ;;
    *) echo "$line" ;;
  esac
done <.env.example >.env.new
mv .env.new .env
echo "wrote .env with new passwords: back it up and keep it secret" >&2
