# Two commands for a stranger: `make demo` shows it, `make test` proves it.
# Both need python3 (3.11 or later), its venv module and make; nothing else.

PYTHON ?= python3
# One more than the two processors that it should run on: tests wait, too.
WORKERS ?= 3
FUZZ_EXAMPLES ?= 5000
# The longest that one long test may take: a hang is a failure there, too.
PROOF_SECONDS ?= 1800

BIN := .venv/bin
SDK := .venv-kakunin
PIP := $(BIN)/pip --quiet --disable-pip-version-check
# Hundreds of processes read the same modules: each is compiled once.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest
PARALLEL := --numprocesses $(WORKERS) --dist worksteal
SOURCES := src tests $(wildcard bench conformance vectors)
TICKS := $(wildcard ../shared/data/fx)
PRICES := $(if $(TICKS),--prices $(TICKS))

.DELETE_ON_ERROR:
.PHONY: help demo test check proof bench bench-behaviour fuzz coverage lock clean

help:  ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*  ## /  \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

demo: .venv/.runtime  ## Play the whole case study; the evidence is left in demo-out/.
	@$(BIN)/kya demo --out demo-out $(PRICES)

test: .venv/.dev  ## Run every test but the long ones.
	@scripts/install-system
	@$(MAKE) --silent $(SDK)/.sdk || echo "no client of Kakunin: its tests are skipped" >&2
	@$(PYTEST) $(PARALLEL) -m "not proof"

check: .venv/.dev  ## Style, types and the direction of imports.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(SOURCES)
	@$(BIN)/pyright
	@$(BIN)/lint-imports --no-logo

proof: .venv/.dev .venv-freqtrade/.bot  ## The long tests and the full figures; results in bench/results/.
	@scripts/install-system
	@$(MAKE) --silent .venv-quickfix/.engine || echo "no QuickFIX (its build needs g++ and python3-dev): its test is skipped" >&2
	@$(PYTEST) $(PARALLEL) -m proof --timeout $(PROOF_SECONDS) \
		-p tests.proof_record --proof-record bench/results
	@$(BIN)/python -m bench --full

bench: .venv/.dev  ## Measure, and compare with the budgets.
	@$(BIN)/python -m bench

bench-behaviour: .venv-bench/.behaviour  ## Compare the score with other detectors, 20 min.
	@PYTHONPATH=src:. .venv-bench/bin/python -W ignore::RuntimeWarning -m bench.behaviour

fuzz: .venv/.dev  ## Try the laws on FUZZ_EXAMPLES fresh cases each.
	@KYA_FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(PYTEST) $(PARALLEL) --timeout 0 \
		--hypothesis-profile fuzz -m "hypothesis and not proof"

coverage: .venv/.dev  ## Which lines and branches no test visits.
	@$(BIN)/coverage run -m pytest -q -m "not proof"
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

lock:  ## Pin every dependency anew, with hashes.
	@scripts/lock-requirements

clean:  ## Remove everything that the targets above made.
	rm -rf .venv .venv-bench .venv-freqtrade .venv-quickfix $(SDK) demo-out dist build
	rm -rf .coverage .coverage.* .hypothesis
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment, made again in place whenever what it is made from changes.
.venv/.runtime: requirements/runtime.txt pyproject.toml
	@echo "installing kya into .venv" >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kya needs Python 3.11 or later")'
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.runtime
	@echo "installing what judges kya into .venv" >&2
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# What the score is compared with, apart from everything else.
.venv-bench/.behaviour: requirements/behaviour.txt
	@echo "installing what the score is compared with into .venv-bench" >&2
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/pip --quiet --disable-pip-version-check \
		install --require-hashes -r requirements/behaviour.txt
	@touch $@

# The client that users of Kakunin have, apart from everything else.
$(SDK)/.sdk: requirements/kakunin.txt
	@echo "installing the client of Kakunin into $(SDK)" >&2
	@$(PYTHON) -m venv $(SDK)
	@$(SDK)/bin/pip --quiet --disable-pip-version-check \
		install --require-hashes -r requirements/kakunin.txt
	@touch $@

# A bot that is bound as it is: a program of its own, under its own licence.
.venv-freqtrade/.bot: requirements/freqtrade.txt
	@echo "installing the bot that a proof binds into .venv-freqtrade, 0.8 GB" >&2
	@$(PYTHON) -m venv .venv-freqtrade
	@.venv-freqtrade/bin/pip --quiet --disable-pip-version-check \
		install --require-hashes -r requirements/freqtrade.txt
	@touch $@

# The FIX engine that most bots have. It is compiled here, where speed is nothing.
.venv-quickfix/.engine: requirements/quickfix.txt
	@echo "installing QuickFIX into .venv-quickfix, minutes of compiling" >&2
	@$(PYTHON) -m venv .venv-quickfix
	@CFLAGS="-O0 -g0" CXXFLAGS="-O0 -g0" \
		.venv-quickfix/bin/pip --quiet --disable-pip-version-check \
		install --require-hashes -r requirements/quickfix.txt
	@touch $@
