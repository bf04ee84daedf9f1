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

# In a shard: the repositories that it got, and no forks, as where Renovate finds them itself.
if [ -n "${RENOVATE_REPOSITORIES:-}" ]; then
  export RENOVATE_AUTODISCOVER=false RENOVATE_FORK_PROCESSING=disabled
fi

HOME=$home RENOVATE_CONFIG_FILE=${RENOVATE_CONFIG_FILE:-config.json} RENOVATE_X_IGNORE_RE2=true renovate "$@"
