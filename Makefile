# Works on a fresh machine with git, make and Python >= 3.11: every target sets up .venv first.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin

.PHONY: help demo test slow anchors check browser wheel-test lowest newest lock bench bench-batch bench-report bench-widgets bench-evaluation coverage-of-intervals structure architecture soak hostile lab docs docs-links sbom coverage data clean
.DEFAULT_GOAL := help

help:  ## Show what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3"; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

.venv/.run: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet --editable ".[all]"
	@touch $@

.venv/.dev: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet --editable ".[all]" --group dev
	@touch $@ .venv/.run

.venv/.browser: .venv/.dev
	$(BIN)/pip install --quiet --group browser
	@touch $@

.venv/.anchors: .venv/.dev
	$(BIN)/pip install --quiet --group anchors
	@touch $@

.venv/.package: .venv/.dev
	$(BIN)/pip install --quiet --group package
	@touch $@

.venv/.docs: .venv/.dev
	$(BIN)/pip install --quiet --group docs
	@touch $@

.venv/.lab: .venv/.run
	$(BIN)/pip install --quiet --editable ".[all,lab]"
	@touch $@

demo: .venv/.run  ## Sandbox, upload data/invoices, compare with the ground truth, write a report
	$(BIN)/gini-notebook demo data/invoices

# What libraries would keep in the home folder stays in .venv.
test slow anchors browser lowest newest: export MPLCONFIGDIR := $(CURDIR)/.venv/state/matplotlib
test slow anchors browser lowest newest: export IPYTHONDIR := $(CURDIR)/.venv/state/ipython
test slow anchors browser lowest newest: export JUPYTER_CONFIG_DIR := $(CURDIR)/.venv/state/jupyter/config
test slow anchors browser lowest newest: export JUPYTER_DATA_DIR := $(CURDIR)/.venv/state/jupyter/data
test slow anchors browser lowest newest: export JUPYTER_RUNTIME_DIR := $(CURDIR)/.venv/state/jupyter/runtime

test: .venv/.dev  ## Everything that needs no browser, notebooks included
	$(BIN)/python -m pytest -m "not browser and not slow" -n 2 --dist loadgroup
	$(BIN)/python -m pytest --nbval --nbval-sanitize-with notebooks/sanitize.cfg -p no:cacheprovider --timeout 300 -n 2 --dist loadscope notebooks

check: .venv/.dev  ## Format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

browser: .venv/.browser  ## Widgets and the report in headless Chromium
	$(BIN)/python -m pytest -m browser

wheel-test: .venv/.package  ## The wheel alone, in an empty environment: demo, README, report, explorer
	$(BIN)/python -m tests.wheel

# An environment of its own with the versions that pyproject.toml names as the lowest, or with the newest ones.
.venv/lowest/.done: .venv/.package
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/lowest
	$(BIN)/uv pip install --quiet --resolution lowest-direct --python .venv/lowest/bin/python --editable ".[all]" --group test
	@touch $@

lowest: .venv/lowest/.done  ## All tests with the lowest versions that are declared
	.venv/lowest/bin/python -m pytest -m "not browser and not slow" -n 2 --dist loadgroup -p no:cacheprovider

# pyproject.toml makes an error of each warning out of the package; the file besides does so in the processes that tests start.
newest: .venv/.package  ## All tests with the newest versions there are; warnings out of the package are errors
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/newest
	$(BIN)/uv pip install --quiet --upgrade --python .venv/newest/bin/python --editable ".[all]" --group test
	cp tests/old_ways_are_errors.pth "$$(.venv/newest/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
	.venv/newest/bin/python -m pytest -m "not browser and not slow" -n 2 --dist loadgroup -p no:cacheprovider

lock: .venv/.package  ## Write uv.lock, with one version and hash of everything
	$(BIN)/uv lock

bench: .venv/.dev  ## Throughput, memory and import time
	$(BIN)/python benchmarks/first_look.py

bench-batch: .venv/.dev  ## Makespan, status requests and CPU of the batch against the usual ways
	$(BIN)/python benchmarks/batch.py

bench-report: .venv/.dev  ## Every form of a report of 10,000 documents: seconds and sizes beside their limits
	$(BIN)/python benchmarks/report.py

bench-widgets: .venv/.browser  ## What a person waits for in the widgets: interaction, budget, what was seen, and its test
	$(BIN)/python benchmarks/widgets.py

slow: .venv/.dev  ## The tests that take minutes: schemathesis, coverage of intervals, 100 threads over token expiries
	$(BIN)/python -m pytest -m "slow and not browser" -n 2 --dist loadgroup

anchors: .venv/.anchors  ## The numbers against six independent implementations
	$(BIN)/python -m pytest tests/analysis/evaluation/anchors

bench-evaluation: .venv/.anchors  ## Evaluation speed against its peers
	$(BIN)/python benchmarks/evaluation.py

coverage-of-intervals: .venv/.dev  ## How often intervals hold, simulated (hours; goes on where it was stopped)
	$(BIN)/python benchmarks/coverage_of_intervals.py

structure: .venv/.dev  ## How the package is built, and what a few calls pass through, beside the limits
	$(BIN)/python benchmarks/structure.py

architecture: .venv/.dev  ## The picture of docs/architecture.md, from the import graph
	$(BIN)/python docs/draw_architecture.py

soak: .venv/.dev  ## 10,000 documents, 20 % faults, 50 kills; then 2,000 for each kind of trouble by itself
	$(BIN)/python benchmarks/soak.py
	for kind in cut read-lag list-lag limit; do \
		$(BIN)/python benchmarks/soak.py --kind $$kind --documents 2000 --kills 5 || exit 1; \
	done

hostile: .venv/.dev  ## Hostile files by entrances: seconds, memory, and what is not as promised
	$(BIN)/python benchmarks/hostile.py

docs: .venv/.docs  ## The site, into build/docs; a warning or a reference that leads nowhere is an error
	$(BIN)/sphinx-build --fail-on-warning --keep-going --nitpicky --quiet --builder html docs build/docs
	@echo "Open build/docs/index.html"

docs-links: .venv/.docs  ## Whether the pages of others that the site links are still there (needs a network)
	$(BIN)/sphinx-build --quiet --builder linkcheck docs build/links

sbom: .venv/.dev  ## Bill of materials (CycloneDX) and licences of everything the package needs, into build/sbom
	$(BIN)/pip install --quiet --group release
	$(BIN)/python release/licences.py build/sbom

coverage: .venv/.dev  ## What the tests reach, processes of their own included; fails below the figure in pyproject.toml
	rm -rf build/coverage && mkdir -p build/coverage
	$(BIN)/coverage run -m pytest -m "not browser and not slow" -n 2 --dist loadgroup
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage html --quiet
	$(BIN)/coverage report

lab: .venv/.lab  ## JupyterLab with the notebooks
	$(BIN)/jupyter lab --notebook-dir notebooks

data: .venv/.dev  ## Make data/invoices anew, and the examples of the package
	$(BIN)/python data/make_invoices.py --examples gini_notebook/datasets/invoices

clean:  ## Remove everything that can be made again
	rm -rf .venv runs build dist docs/generated .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
