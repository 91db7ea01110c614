#!/bin/sh
# Installs the GPU worker's packages for one kind of machine; runs while its image is built.
# Usage: torch.sh cuda | torch.sh cpu INDEX
set -eu
here=$(dirname "$0")
list=/build/requirements/worker_gpu.txt

# `triton` (1 GB) compiles kernels for `torch.compile`, which nothing here calls. The lists are whole, so that nothing
# has to be resolved.
case "$1" in
cuda)
  python3 "$here/without.py" "$list" triton >/build/list.txt
  sh "$here/packages.sh" /build/list.txt --no-deps
  # CTranslate2 (Whisper) looks for CUDA 12's cuBLAS, torch brings CUDA 13's; their files have different names.
  sh "$here/packages.sh" /build/requirements/worker_gpu_cuda.txt --no-deps
  ;;
cpu)
  if [ -z "${2:-}" ]; then
    echo "TORCH=cpu needs TORCH_CPU_INDEX: the index of PyTorch's wheels for processors, which pytorch.org names." >&2
    exit 2
  fi
  python3 "$here/without.py" "$list" triton torch torchvision 'nvidia-*' 'cuda-*' >/build/list.txt
  sh "$here/packages.sh" /build/list.txt --no-deps
  # The same versions, built without CUDA: an index of their own holds them, and its hashes count, not the list's.
  sed -n 's/^\(torch\|torchvision\)==\([^ ;]*\).*/\1==\2/p' "$list" >/build/torch.txt
  INDEX=$2 sh "$here/packages.sh" /build/torch.txt --no-deps
  ;;
*)
  echo "TORCH is '$1'; it must be cuda or cpu." >&2
  exit 2
  ;;
esac
/opt/venv/bin/python - "$1" <<'END'
import sys

import torch
import torchvision

built_for = "cpu" if torch.version.cuda is None else "cuda"
if built_for != sys.argv[1]:
    sys.exit(f"torch {torch.__version__} is built for {built_for}, not for {sys.argv[1]}.")
END
