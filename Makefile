# The shop's commands; `make` lists them.

PORT ?= 8000
DATA ?= .data
# The number of test workers: twice two cores, because tests mostly wait for their database.
WORKERS ?= 4
# How often and how long the shop is simulated.
RUNS ?= 10000
STEPS ?= 30
export PORT DATA

# The first Python on the path that is new enough for .venv.
PYTHON ?= $(shell for candidate in python3 python3.11 python3.12 python3.13; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$candidate && break; done)
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
export UV_PYTHON_DOWNLOADS := never
export VIRTUAL_ENV := $(CURDIR)/.venv
# Programs start in a third of the time if Python can write its bytecode cache.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run servers demo bench reset test browser cases simulate walk chromium race fault rehearsal rehearse-deploy scale migrations contract pictures pdf pango check format messages lock

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
	@echo
	@echo "  make run PORT=8000 DATA=.data   sets the shop's port and data directory"
	@echo "  make bench AGAINST=8b714e5      compares this tree with that commit"

run: .venv/.runtime ## run the whole shop; the first time installs it and fills in demo data
	@exec $(MANAGE) up

servers: .venv/.runtime ## run PostgreSQL and Valkey only, for manage.py commands in another shell
	@exec $(MANAGE) up --servers-only

demo: .venv/.runtime ## walk through the shop's main use case over HTTP, starting the shop if needed
	@exec $(BIN)/python -m omnistore.tools.demo.walkthrough

bench: .venv/.runtime ## measure a temporary shop; AGAINST=<commit> compares it with that commit
	@exec $(MANAGE) bench $(if $(AGAINST),--against "$(AGAINST)")

reset: .venv/.runtime ## delete all data of the shop in DATA
	@exec $(MANAGE) up --erase-data

test: .venv/.development pango ## run the tests, except those that have targets of their own
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal -p no:schemathesis --ignore tests/contract --ignore tests/concurrency \
		--ignore tests/migrations --ignore tests/browser

browser: .venv/.development chromium pango ## buy, collect and sell in a browser, as shoppers and clerks do
	@$(BIN)/pytest -n 2 --dist worksteal -p no:schemathesis tests/browser

cases: .venv/.development ## work out the money cases of other systems and of laws with the shop's rules
	@$(BIN)/python -m tests.cases

simulate: .venv/.development ## let shoppers, clerks and packers do anything, in RUNS runs of STEPS steps
	@RUNS=$(RUNS) STEPS=$(STEPS) $(BIN)/pytest -n 2 -p no:schemathesis -p no:cacheprovider tests/simulation

walk: .venv/.development chromium pango ## go through every page, table and form, and through the demo shop
	@$(BIN)/pytest -m walk -n $(WORKERS) --dist worksteal -p no:schemathesis

chromium: ## install the browser of the tests if it is missing
	@test -n "$$CHROMIUM" || command -v chromium-headless-shell > /dev/null || \
		{ test "$$(id -u)" = 0 && command -v apt-get > /dev/null && apt-get update -q && \
			{ apt-get install -qy chromium-headless-shell$$(dpkg-query -Wf '=$${Version}' chromium 2> /dev/null) || \
			command -v chromium > /dev/null || apt-get install -qy chromium; }; } || \
		command -v chromium chromium-browser > /dev/null || \
		{ echo "The tests need the browser Chromium: install it (Debian: apt-get install chromium-headless-shell)" \
			"or name it in CHROMIUM."; exit 1; }

pdf: .venv/.pdf pango ## install the library for receipts as PDF; then restart the shop

pango: .venv/.runtime ## install the system library for the text of PDFs if it is missing
	@$(BIN)/python -c "import ctypes.util, sys; sys.exit(not ctypes.util.find_library('pangoft2-1.0'))" || \
		{ test "$$(id -u)" = 0 && command -v apt-get > /dev/null && apt-get update -q && \
			apt-get install -qy libpango-1.0-0 libpangoft2-1.0-0; } || \
		{ echo "PDFs need the system's library Pango: install it" \
			"(Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0)."; exit 1; }

race: .venv/.development ## run concurrent operations, with each guard and without it
	@$(BIN)/pytest -n 2 tests/concurrency

fault: .venv/.development ## run the slow tests that kill servers and workers
	@$(BIN)/pytest -m fault -n 0 --ignore tests/contract

rehearsal: .venv/.runtime ## rehearse restoring the running shop's backups, in temporary servers
	@$(MANAGE) rehearse_restore

rehearse-deploy: .venv/.development ## set up the layout of docs/deploy.md from Debian's packages, and walk through it
	@$(BIN)/python -m tests.deploying

scale: .venv/.development ## check every page's SQL in a shop with 100,000 variants and a million orders
	@$(BIN)/pytest -m scale -n 0 tests/scale

migrations: .venv/.development ## revert and apply every migration, one after the other
	@$(BIN)/pytest -n 0 tests/migrations

contract: .venv/.development ## test the API against its OpenAPI document and with hostile input
	@$(BIN)/pytest -n 2 --dist worksteal tests/contract

pictures: .venv/.development chromium ## retake the documents' pictures from the demo shop running at PORT
	@$(BIN)/python -m tests.browser.album

check: .venv/.development ## format, lint, types, imports, migrations, API document
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run  # Needs no server.
	@$(MANAGE) spectacular --validate --fail-on-warn --file /dev/null

format: .venv/.development ## format the code
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format

messages: .venv/.development ## collect the user-visible texts, update and compile the translations
	@$(MANAGE) messages

lock: .venv/.development ## lock the newest versions that are at least three weeks old
	@for set in requirements requirements-pdf requirements-dev; do \
		$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-annotate --no-header --exclude-newer "3 weeks" \
			$$set.in --output-file $$set.txt; done

# uv installs in seconds what takes pip most of a minute; without uv for the platform, pip is used.
define install
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: name one with PYTHON=..."; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/pip install --quiet --disable-pip-version-check --only-binary :all: \
		--require-hashes -r requirements-installer.txt || echo "uv cannot be had here; using pip."
	@echo "Installing $(1) ..."
	@{ test -x $(BIN)/uv && $(BIN)/uv pip install --quiet --require-hashes --only-binary :all: -r $(1); } || \
		$(BIN)/pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r $(1)
	@touch $@
endef

.venv/.runtime: requirements.txt requirements-installer.txt
	$(call install,requirements.txt)

.venv/.pdf: requirements-pdf.txt .venv/.runtime
	$(call install,requirements-pdf.txt)

.venv/.development: requirements-dev.txt .venv/.runtime
	$(call install,requirements-dev.txt)
