#!/bin/sh
# Installs the GPU worker's packages for one kind of machine; runs while its image is built.
# Usage: torch.sh cuda | torch.sh cpu [INDEX]
set -eu
kind=$1
index=${2:-}
here=$(dirname "$0")
list=/build/requirements/worker_gpu.txt

# `triton` (1 GB) compiles kernels for `torch.compile`, which is not used. The lists are complete, so that nothing
# has to be resolved.
case "$kind" in
cuda)
  python3 "$here/without.py" "$list" triton >/build/list.txt
  sh "$here/packages.sh" /build/list.txt --no-deps
  # CTranslate2 (Whisper) looks for CUDA 12's cuBLAS, torch brings CUDA 13's; their files have different names.
  sh "$here/packages.sh" /build/requirements/worker_gpu_cuda.txt --no-deps
  ;;
cpu)
  python3 "$here/without.py" "$list" triton torch torchvision 'nvidia-*' 'cuda-*' >/build/list.txt
  sh "$here/packages.sh" /build/list.txt --no-deps
  # The same versions without CUDA, from PyTorch's index: uv knows it, and INDEX is a mirror of it.
  sed -n 's/^\(torch\|torchvision\)==\([^ ;]*\).*/\1==\2/p' "$list" >/build/torch.txt
  if [ -n "$index" ]; then
    set -- --no-config --default-index "$index"
  else
    set -- --torch-backend cpu
  fi
  HASHES_OF_THE_INDEX=yes sh "$here/packages.sh" /build/torch.txt --no-deps "$@"
  ;;
*)
  echo "TORCH is '$kind'; it must be cuda or cpu." >&2
  exit 2
  ;;
esac
/opt/venv/bin/python - "$kind" <<'END'
import sys

import torch
import torchvision

built_for = "cpu" if torch.version.cuda is None else "cuda"
if built_for != sys.argv[1]:
    sys.exit(f"torch {torch.__version__} is built for {built_for}, not for {sys.argv[1]}.")
END
