#!/bin/sh
# Prints `images=yes` if a source of the images differs from the named commit, or if the commit is unknown.
set -eu
before=${1:-}
if ! git cat-file -e "$before^{commit}" 2>/dev/null; then
  echo images=yes
elif git diff --quiet "$before" HEAD -- .dockerignore '*/Dockerfile' .github deploy/images local/images requirements; then
  echo images=no
else
  echo images=yes
fi
