#!/bin/sh
# Installs a list of hash-pinned Python packages into /opt/venv; runs during the build and is not in the image.
# Usage: packages.sh LIST [OPTION of `uv pip install`]…
set -eu
list=$1
shift

# The access to this machine's package index is passed as build secrets, which are in no layer.
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
# Only torch for CPUs is installed by the hashes of its own index, which are not in our lists.
if [ -z "${HASHES_OF_THE_INDEX:-}" ]; then
  set -- --require-hashes "$@"
fi
# `srt` has only a source distribution; its build requirements are pinned by requirements/dev.txt.
/build/tools/bin/uv pip install --python /opt/venv/bin/python --no-cache --compile-bytecode \
  --only-binary :all: --no-binary srt --build-constraints /build/requirements/dev.txt \
  --requirement "$list" "$@"
# uv's lock file, which is world-writable.
rm -f /opt/venv/.lock
