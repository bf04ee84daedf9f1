#!/bin/sh
# Runs Renovate with Node and Copier, in the versions of package.json and requirements.txt.
# The options are Renovate's. Nothing outside this folder is written, and no home folder is read.
set -eu
cd "$(dirname "$0")"

uv venv --quiet --allow-existing .venv
uv pip install --quiet --python .venv --requirement requirements.txt
PATH="$PWD/.venv/bin:$PWD/node_modules/.bin:$PATH"
export PATH
npm install --silent --no-audit --no-fund --ignore-scripts

# Copier trusts what settings.yml lists. Renovate hands the home folder on to it, and no other variable.
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
if [ -f settings.yml ]; then
  mkdir -p "$home/.config/copier"
  cp settings.yml "$home/.config/copier/"
fi

# A shard is all that there is to do: with autodiscovery, Renovate would do all others as well.
[ -z "${RENOVATE_REPOSITORIES:-}" ] || export RENOVATE_AUTODISCOVER=false

# RE2 is compiled by a script of its package, and none of these was run.
HOME=$home RENOVATE_CONFIG_FILE=${RENOVATE_CONFIG_FILE:-config.json} RENOVATE_X_IGNORE_RE2=true renovate "$@"
