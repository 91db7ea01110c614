#!/bin/sh
# Rolls images out by their digests, waits until they are ready, and rolls back if they aren't.
# Usage: roll_out.sh OVERLAY NAME=REPOSITORY@sha256:DIGEST…
set -eu
overlay=$1
shift
namespace=video-pipeline
deployments='api worker-cpu worker-gpu'
patience=${ROLLOUT_TIMEOUT:-15m}

revision() {
  kubectl --namespace "$namespace" get deployment "$1" --ignore-not-found \
    --output 'jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}'
}

go_back() {
  echo 'The new version did not become ready.' >&2
  for name in $deployments; do
    before=$(cat "$work/$name")
    if [ -z "$before" ]; then
      echo "$name did not exist before: it is left as it is." >&2
    elif [ "$(revision "$name")" = "$before" ]; then
      echo "$name is unchanged." >&2
    elif kubectl --namespace "$namespace" rollout undo "deployment/$name" --to-revision "$before" &&
      kubectl --namespace "$namespace" rollout status "deployment/$name" --timeout "$patience"; then
      echo "$name is back at revision $before." >&2
    else
      echo "$name did NOT come back to revision $before: check it now." >&2
    fi
  done
  exit 1
}

work=$(mktemp -d -p "$(dirname "$overlay")" rollout.XXXXXX)
trap 'rm -rf "$work"' EXIT

{
  printf 'resources:\n  - ../%s\nimages:\n' "$(basename "$overlay")"
  for pin in "$@"; do
    repository=${pin#*=}
    case "$pin" in
    *=*@sha256:*) ;;
    *)
      echo "'$pin' has no digest: give NAME=REPOSITORY@sha256:DIGEST." >&2
      exit 2
      ;;
    esac
    printf '  - name: %s\n    newName: %s\n    digest: %s\n' "${pin%%=*}" "${repository%@*}" "${repository#*@}"
  done
} >"$work/kustomization.yaml"

# An overlay that sets its own repositories would override the digests.
kubectl kustomize "$work" >"$work/rendered"
for pin in "$@"; do
  if ! grep -qF "image: ${pin#*=}" "$work/rendered"; then
    echo "$overlay does not take $pin: remove its own image repositories." >&2
    exit 2
  fi
done

for name in $deployments; do
  revision "$name" >"$work/$name"
done

# Jobs are immutable, so the previous version's are deleted first. Their effects are not undone.
kubectl --namespace "$namespace" delete job --selector app.kubernetes.io/name=setup --ignore-not-found
kubectl apply --kustomize "$work" || go_back
kubectl --namespace "$namespace" wait --for=condition=complete job \
  --selector app.kubernetes.io/name=setup --timeout "$patience" || go_back
for name in $deployments; do
  kubectl --namespace "$namespace" rollout status "deployment/$name" --timeout "$patience" || go_back
done
