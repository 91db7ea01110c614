#!/bin/sh
# Installs a list of hash-pinned Python packages into /opt/venv; runs while an image is built, and stays out of it.
# Usage: packages.sh LIST [OPTION of `uv pip install`]…
set -eu
list=$1
shift

# How this machine reaches its package index comes as secrets, so that it stands in no layer: variables, certificates.
secrets=/run/secrets
if [ -s "$secrets/index.env" ]; then
  set -a
  # shellcheck source=/dev/null
  . "$secrets/index.env"
  set +a
fi
if [ -s "$secrets/ca.crt" ]; then
  export PIP_CERT="$secrets/ca.crt" SSL_CERT_FILE="$secrets/ca.crt"
fi

if [ ! -x /build/tools/bin/uv ]; then
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3-venv
  python3 -m venv /build/tools
  /build/tools/bin/pip install --quiet --no-cache-dir --require-hashes --requirement /build/requirements/bootstrap.txt
  python3 -m venv --without-pip /opt/venv
fi
# Only torch for processors comes by the hashes of its own index, which no list here can know.
if [ -z "${HASHES_OF_THE_INDEX:-}" ]; then
  set -- --require-hashes "$@"
fi
# `srt` comes as source alone; what builds it is pinned by the list of everything.
/build/tools/bin/uv pip install --python /opt/venv/bin/python --no-cache --compile-bytecode \
  --only-binary :all: --no-binary srt --build-constraints /build/requirements/dev.txt \
  --requirement "$list" "$@"
# uv's own lock, which anybody could write to.
rm -f /opt/venv/.lock
