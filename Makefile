# Everything that is done with this repository. CI calls these targets and nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Outside the clone, so that several clones share it and the clone stays small.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/basalt-target
export BASALT_CACHE ?= $(HOME)/.cache/basalt-test
BASALT := $(CARGO_TARGET_DIR)/release/basalt
VENV := $(BASALT_CACHE)/venv/bin
NEXTEST := cargo nextest run --workspace --locked
ARGS ?=

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  ARGS=… is handed to the program or the test runner (make test ARGS='-E test(slug)')."
	@echo "  SKIP_BACKENDS=postgres,mysql,mongo leaves databases out of the tests; it is printed."

# --- using

.PHONY: run
run: build ## Build and start a portal with demo data in ./data (SQLite); prints its URL and an API key
	exec $(BASALT) demo $(ARGS)

.PHONY: build
build: ## Build the release binary
	cargo build --release --locked -p basalt-server
	@echo "built $(BASALT)"

.PHONY: clean-data
clean-data: ## Delete ./data: the demo portal with all that was written into it
	rm -rf data

# --- testing

.PHONY: test
test: test-deps ## Run all tests on all databases; installs and starts what they need
	tests/backends/start -- scripts/run-tests $(ARGS)

.PHONY: test-quick
test-quick: ## Run the tests that need no database server
	SKIP_BACKENDS=postgres,mysql,mongo $(NEXTEST) $(ARGS)

.PHONY: test-oracle
test-oracle: build ## Compare with a real udata (needs ../shared; says so when it is absent)
	scripts/test-oracle $(ARGS)

.PHONY: test-all
test-all: test test-oracle ## Everything: test and test-oracle

.PHONY: test-deps
test-deps: ## Install what the tests need (Debian packages, a cached Python environment)
	scripts/test-deps

.PHONY: snapshots
snapshots: ## Run the tests and review changed snapshots; an unused one fails
	command -v cargo-insta >/dev/null || cargo install --locked cargo-insta
	cargo insta test --workspace --test-runner nextest --unreferenced=reject --review

.PHONY: bench
bench: ## Measure speed against the floor of the same run (tests/load; ARGS=--help)
	cargo build --release --locked -p basalt-server -p basalt-load
	$(CARGO_TARGET_DIR)/release/basalt-load $(ARGS)

.PHONY: bench-search
bench-search: ## Score the search with real queries, and measure it (needs ../shared; ARGS=--help)
	cargo build --release --locked -p basalt-server -p basalt-search-bench
	$(CARGO_TARGET_DIR)/release/basalt-search-bench --index $(BASALT_CACHE)/search $(ARGS)

# --- checking

.PHONY: check
check: check-format graph check-docs check-supply check-deploy check-lints ## All checks that are not tests

.PHONY: check-format
check-format: ## Formatting of Rust code
	cargo fmt --all --check

.PHONY: check-lints
check-lints: ## Clippy on everything; a warning fails
	cargo clippy --workspace --all-targets --locked -- -D warnings

.PHONY: graph
graph: ## Print the crate graph; an arrow that points outwards fails
	@scripts/graph.py

.PHONY: check-docs
check-docs: ## Links and contents of the documentation
	@scripts/check-docs.py

.PHONY: check-supply
check-supply: ## Licences and sources of all dependencies
	@scripts/check-supply.py

.PHONY: check-deploy
check-deploy: test-deps ## Validate Dockerfile, compose files, systemd unit, Kubernetes manifests, default.toml
	@$(VENV)/python tests/deploy/check

.PHONY: fmt
fmt: ## Format all Rust code
	cargo fmt --all

# --- documentation

.PHONY: docs
docs: check-docs ## Build the book in docs/book (the first time builds mdbook, some minutes)
	test -x $(BASALT_CACHE)/bin/mdbook || cargo install --quiet --locked mdbook --root $(BASALT_CACHE)
	$(BASALT_CACHE)/bin/mdbook build docs
	cargo doc --workspace --no-deps --locked
	@echo "read docs/book/index.html"
