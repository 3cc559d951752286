# Two commands from a bare clone: `make demo` and `make test`.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Many small products of matrices, in two processes: threads would only cost.
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: help demo pictures test slow lint types rooms format clean bench-%
.DEFAULT_GOAL := help

help:
	@echo "make demo      measure a synthetic patient and print where the report is"
	@echo "make test      all checks and tests"
	@echo "make slow      the long checks"
	@echo "make pictures  draw the pictures of the README anew"
	@echo "make bench-X   the figures of X, as a table and as build/bench/X.json; X is morphometry, lesion,"
	@echo "               endplates, corridors, mechanics, injection, registry, study or web"

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

demo: $(STAMP)
	$(BIN)/corduroy demo build/demo

pictures: demo
	$(BIN)/python docs/images/draw.py build/demo/report

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

rooms: $(STAMP)
	$(BIN)/lint-imports

test: lint types rooms
	$(BIN)/pytest -n 2

slow: $(STAMP)
	$(BIN)/pytest -n 2 -m slow

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench-%: $(STAMP)
	$(BIN)/python -m benchmarks.$*

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
