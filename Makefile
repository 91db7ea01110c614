# Every target makes what it needs: the Python environment in .venv, the programs in .tools/bin.

.DEFAULT_GOAL := help
.PHONY: help demo up down status logs test check audit format lock bench chaos client demo-models env tools test-tools k8s-apiserver k8s-scaling backup restore upload-5gb images

PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null \
	&& echo "$$name" && exit; done; echo python3)
BIN := .venv/bin

help: ## Show this list
	@echo 'make demo         try everything: starts it, sends a clip through, shows the result, stops it'
	@echo 'make up           start the product on http://127.0.0.1:8000 and leave it running'
	@echo 'make down         stop it; its state stays in .data/'
	@echo 'make status       show its processes'
	@echo 'make logs NAME=api   show the end of a process'"'"'s log'
	@echo 'make backup       copy the whole state into .backups/; a running product stays up'
	@echo 'make restore FROM=.backups/…   put such a copy in place of an empty .data/'
	@echo 'make test         the whole test suite, with `make check`'
	@echo 'make check        format, lint, types, import rules, names and docstrings'
	@echo 'make audit        look up every pinned package among the known vulnerabilities'
	@echo 'make format       format the code and fix what lint can fix'
	@echo 'make bench        the benchmarks: a table of ratios'
	@echo 'make chaos        inject faults, and check that nothing is lost (about an hour)'
	@echo 'make client       make the Python client anew from the HTTP interface'"'"'s document'
	@echo 'make k8s-apiserver   a real Kubernetes API server checks every manifest (builds it once: half an hour)'
	@echo 'make k8s-scaling     KEDA scales worker-gpu by a real queue: up, kept while it works, down again'
	@echo 'make upload-5gb   send 5 GB through nginx and the API into the store (some minutes, 10 GB of disk)'
	@echo 'make images       build the container images without a registry and try each (as root; IMAGES='"'"'api worker_cpu'"'"')'
	@echo 'make demo-models  train the demo models and make the demo clips again'
	@echo 'make lock         pin the requirements anew, with hashes'

env:
	@command -v $(PYTHON) >/dev/null || { echo 'Error: there is no Python: install Python 3.11, 3.12, 3.13 or 3.14.' >&2; exit 1; }
	@$(PYTHON) local/bootstrap.py

tools: env
	@$(BIN)/python -m local tools

test-tools: env
	@$(BIN)/python -m local tools --for-tests

demo: env
	@$(BIN)/python -m local demo

up: env
	@$(BIN)/python -m local up

down: env
	@$(BIN)/python -m local down

status: env
	@$(BIN)/python -m local status

logs: env
	@$(BIN)/python -m local logs $(NAME)

backup: env
	@$(BIN)/python -m local backup

restore: env
	@test -n "$(FROM)" || { echo 'Error: name the backup: make restore FROM=.backups/…' >&2; exit 1; }
	@$(BIN)/python -m local restore "$(FROM)"

check: env
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/words.py

audit: env
	@$(BIN)/python .ci/audit.py

format: env
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: test-tools check
	$(BIN)/pytest -n 3 $(PYTEST_ARGS)

bench: tools
	$(BIN)/python -m bench $(BENCH_ARGS)

# Such as CHAOS_ARGS='kill-api --seed 3'.
chaos: tools
	@$(BIN)/python -m tests.chaos $(CHAOS_ARGS)
	@test -n "$(CHAOS_ARGS)" || $(BIN)/python -m tests.chaos.uploads.resumable

client: env
	@$(BIN)/python -m local.client

# Such as K8S_ARGS='--only overlays/prod'.
k8s-apiserver: env
	@$(BIN)/python -m local.cluster accept $(K8S_ARGS)

k8s-scaling: env
	@$(BIN)/python -m local.cluster scale

# In `make test` the same upload is a short one.
upload-5gb: test-tools
	UPLOAD_BYTES=5242880000 $(BIN)/pytest tests/deploy/test_compose_upload.py

images: env
	@$(BIN)/python -m local.images $(IMAGES)

demo-models: env
	$(BIN)/python -m local tools --for-models
	$(BIN)/uv pip install --python $(BIN)/python --require-hashes -r requirements/models.txt
	$(BIN)/python -m models.training.speech.make
	$(BIN)/python -m models.training.animals.make
	$(BIN)/python -m models.training.clip.make

# Written with no header, annotation or index, so that no host and no path stands in them.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate

lock:
	@test -x $(BIN)/uv || $(MAKE) env
	echo 'uv==0.13.8' | $(COMPILE) - -o requirements/bootstrap.txt
	$(COMPILE) pyproject.toml --all-extras --group dev -o requirements/dev.txt
	$(COMPILE) pyproject.toml --extra api -c requirements/dev.txt -o requirements/api.txt
	$(COMPILE) pyproject.toml --extra worker-cpu -c requirements/dev.txt -o requirements/worker_cpu.txt
	$(COMPILE) pyproject.toml --extra worker-gpu -c requirements/dev.txt -o requirements/worker_gpu.txt
	echo 'nvidia-cublas-cu12==12.9.3.13' | $(COMPILE) --no-deps - -o requirements/worker_gpu_cuda.txt
	$(COMPILE) pyproject.toml --extra cli -c requirements/dev.txt -o requirements/cli.txt
	$(COMPILE) pyproject.toml --all-extras --group dev --group models -c requirements/dev.txt -o requirements/models.txt
