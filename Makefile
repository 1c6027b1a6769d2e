# Each recipe is one line of standard tools; README.md says how to type the same on Windows.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export NO_MKDOCS_2_WARNING := 1

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

serve: .venv/ready ## the course with live reload on http://127.0.0.1:8000 (another port: PORT=8001)
	@$(BIN)/python -m courseware serve --port $(PORT)

test: .venv/ready ## all checks and tests
	@$(BIN)/python -m courseware test

record: .venv/ready ## renew transcripts and figures
	@$(BIN)/python -m courseware record

site: .venv/ready ## strict production build into site/
	@$(BIN)/python -m courseware site

offline: .venv/ready ## dist/onthewire-offline.zip, the whole course without a network
	@$(BIN)/python -m courseware offline

bench: .venv/ready ## speed, as ratios against peers in the same run
	@$(BIN)/python -m pytest -m bench -n 0 -p no:randomly -s tests/bench

lock: ## renew requirements.txt from pyproject.toml (needs uv)
	uv pip compile --no-config --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --group dev pyproject.toml -o requirements.txt

.venv/ready: requirements.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'On the Wire needs Python 3.11 or newer; this is ' + sys.version.split()[0] + '. Choose one with PYTHON=')"
	@echo "Setting up .venv (once)"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch .venv/ready

.PHONY: help serve test record site offline bench lock
