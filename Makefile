# One command for each thing that is done with this repository; `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The programs that are shipped; the trainer is built where the package has it.
PRODUCTS := assay $(shell grep -o '"assay-trainer"' Package.swift | head -n 1 | tr -d '"')
BENCHMARKS := $(notdir $(wildcard Benchmarks/*Benchmarks))
SWIFT_SOURCES := Sources Tests Benchmarks Package.swift
STAGE = @printf '== %s\n'

.PHONY: run build test check lint bootstrap bench quality soak sanitize embed help

run: build ## Start a server with simulated traffic (DATA=run/demo PORT=8000)
	.build/release/assay serve --demo --data "$${DATA:-run/demo}" --port "$${PORT:-8000}"

build: bootstrap ## Build the release programs into .build/release
	$(STAGE) 'release build'
	for product in $(PRODUCTS); do swift build -c release --product "$$product"; done

test: lint ## Check and test everything, build the release, start it once
	@Scripts/bootstrap --test
	$(STAGE) 'debug build'
	swift build --build-tests
	$(STAGE) 'tests'
	swift test --skip-build
	$(MAKE) --no-print-directory build
	if [[ -x Scripts/smoke ]]; then printf '== %s\n' 'smoke test'; Scripts/smoke; fi

# `test` does not run `check`: all of the tests contain the fast ones, and nothing runs twice.
check: bootstrap lint ## Check the format, build without a warning, run the house rules
	$(STAGE) 'debug build'
	swift build --build-tests
	$(STAGE) 'house rules'
	swift test --skip-build --filter TidyTests

lint:
	$(STAGE) 'format'
	swift format lint --strict --parallel -r $(SWIFT_SOURCES)

bootstrap:
	@Scripts/bootstrap

bench: ## Build and run the benchmarks; each fails where its goal is missed
	@Scripts/bootstrap --bench
	$(STAGE) 'benchmark build'
	for target in $(BENCHMARKS); do swift build -c release --product "$$target"; done
	if [[ -x Scripts/bench ]]; then Scripts/bench; else \
	  for target in $(BENCHMARKS); do ".build/release/$$target"; done; fi

quality: build ## Measure how well fraud is found; writes docs/quality.md
	Scripts/quality

soak: bootstrap ## Run the oracles, the simulated crashes and the leak audit at their full length
	$(STAGE) 'soak'
	ASSAY_SOAK=1 swift test -c release -Xswiftc -enable-testing \
	  --filter "SimulationTests|WindowOracleTests|CrashTests|FuzzTests|LeakAudit"
	$(STAGE) 'a 2 GB file beside live traffic'
	Scripts/bootstrap --test
	for product in $(PRODUCTS); do swift build -c release --product "$$product"; done
	ASSAY_SOAK=1 Scripts/smoke batch openapi roles

sanitize: bootstrap ## Run tests under the thread and the address sanitizer (builds each, 15 minutes)
	Scripts/sanitize

embed: ## Copy Features, Rules and the interface's description into the program's source
	Scripts/openapi
	Scripts/embed

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
