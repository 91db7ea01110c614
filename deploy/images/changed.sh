#!/bin/sh
# Prints `images=yes` if what the images are made of differs from the named commit, or if that is not known.
set -eu
before=${1:-}
if ! git cat-file -e "$before^{commit}" 2>/dev/null; then
  echo images=yes
elif git diff --quiet "$before" HEAD -- .dockerignore '*/Dockerfile' .github deploy/images local/images requirements; then
  echo images=no
else
  echo images=yes
fi
