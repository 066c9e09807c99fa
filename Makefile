# make run    set-up and the main job: the study of config/config.yaml to results/<study>/report.html
# make test   set-up and the tests
# make test-slow   tests that take minutes: 2,000 damaged inputs, a damaged cache at 50 places
# make lint   every check that is not a test
# make bench  time and accuracy of value + gradient beside other solvers, growth, start: docs/benchmark.md (an hour)
# make fuzz   ten thousand draws of each prior: every solve finite or a failure with a name
# make petab-suite   the published test cases of PEtab: passed, refused, failed
# make petab-collection COLLECTION=<folder>   every problem of the PEtab benchmark collection: docs/petab_collection.md (hours)
# make lock   resolve requirements.lock again from pyproject.toml (needs uv; UPGRADE=--upgrade takes newer releases)
# make clean  remove what the workflow made (results and logs); make distclean the environment and compiled code too
#
# CORES=2 limits the cores; SNAKEMAKE_ARGS="--configfile config/tiny.yaml" is handed on to Snakemake, PYTEST_ARGS="-k law"
# to pytest, BENCH_ARGS=--resume to the benchmark.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test test-slow lint bench fuzz petab-suite petab-collection lock clean distclean environment

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
CORES ?=
PROFILE ?= workflow/profiles/default
SNAKEMAKE_ARGS ?=
PYTEST_ARGS ?=
BENCH_ARGS ?=
UV ?= uv
UPGRADE ?=

# The matrices here have tens of rows, and the work is already spread over chains, conditions and rules: threads inside
# BLAS would only compete with those. (Snakemake sets them again to `threads:` in its jobs; the scripts undo that.)
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
# Packages of a cluster's module system must not shadow the locked ones.
unexport PYTHONPATH PYTHONHOME
# Where generated and compiled code is kept: ours, and PyTensor's. (Without make: in the user's own folders.)
JAKSTAT_CACHE ?= $(CURDIR)/.cache
PYTENSOR_FLAGS ?= base_compiledir=$(JAKSTAT_CACHE)/pytensor
export JAKSTAT_CACHE PYTENSOR_FLAGS
# Processes that run the tests; each holds up to 3 GB.
WORKERS ?= 2
# Rules and tests call tools by name (snakemake, python).
export PATH := $(CURDIR)/$(BIN):$(PATH)

help:
	@sed -n '/^# make/s/^# //p' Makefile

environment:
	@workflow/environment/make_environment.sh $(VENV)

# Snakemake reads files given with --configfile before it reads the workflow, which could check them.
run: environment
	@$(PYTHON) -m jakstat.files.yaml_files $(filter %.yaml %.yml %.json,$(SNAKEMAKE_ARGS))
	@$(BIN)/snakemake --workflow-profile $(PROFILE) $(if $(CORES),--cores $(CORES)) $(SNAKEMAKE_ARGS)
	@for report in results/*/report.html; do if [ -f "$$report" ]; then echo "Report: $$report"; fi; done

# A file of tests stays in one process, because its tests share what was compiled.
test: environment
	@$(PYTHON) -m pytest --numprocesses $(WORKERS) --dist loadfile $(PYTEST_ARGS)

test-slow: environment
	@$(PYTHON) -m pytest -m thorough --numprocesses $(WORKERS) --dist loadfile $(PYTEST_ARGS)

lint: environment
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --workflow-profile none --lint
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/codespell

bench: environment
	$(PYTHON) -m benchmarks.bench $(BENCH_ARGS)

fuzz: environment
	$(PYTHON) -m pytest -m fuzz tests/test_fuzz.py $(PYTEST_ARGS)

petab-suite: environment
	$(PYTHON) benchmarks/petab_suite.py

petab-collection: environment
	$(PYTHON) -m benchmarks.petab_collection $(COLLECTION) $(BENCH_ARGS)

lock:
	$(UV) pip compile pyproject.toml --extra dev --universal --python-version 3.12 --no-python-downloads \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header $(UPGRADE) --quiet -o requirements.lock

clean:
	rm -rf results logs .snakemake .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

distclean: clean
	rm -rf $(VENV) $(VENV).lock .cache model/jakstat.egg-info
