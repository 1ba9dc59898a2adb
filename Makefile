# make demo   a sample reseller with one invoiced month, on http://127.0.0.1:8000 (DEMO_SERVE=0: all but serve)
# make test   the whole suite on SQLite; `make test-postgres` runs it on PostgreSQL
#
# Both need nothing but make and Python 3.12 or newer, and put everything into .venv.
# Other targets: lint, messages, bench, guide, serve, clean. ARGS="..." is handed to pytest.

.DEFAULT_GOAL := demo
.PHONY: demo test test-postgres lint messages bench guide serve clean runtime development

# What another project left in the shell must not reach this one.
unexport PYTHONPATH PYTHONHOME DJANGO_SETTINGS_MODULE VIRTUAL_ENV

# Modules are run, not the scripts beside them: those hold the path where .venv was made.
VENV := .venv/bin/python
MANAGE := $(VENV) manage.py
# Many tests wait (for a browser, a worker, a mail server): two workers per core, eight at most, or they wait for the disk.
PYTEST = $(VENV) -m pytest --numprocesses=$$($(VENV) -c "import os; print(min(8, 2 * (os.cpu_count() or 1)))")
ADDRESS ?= 127.0.0.1:8000
export TEST_POSTGRES_URL ?= postgres://postgres@127.0.0.1:5432/postgres

demo: runtime
	@$(MANAGE) migrate --no-input --verbosity 0
	@$(MANAGE) demo
	@if [ "$$DEMO_SERVE" = 0 ]; then echo "Not served, as DEMO_SERVE=0 asks: make serve"; else $(MAKE) --no-print-directory serve; fi

# The server and, beside it, the workers that load, compute, draw and send; they end together.
serve: runtime
	@echo "ISM is on http://$(ADDRESS)/ (Ctrl-C stops it)"
	@$(MANAGE) work & workers=$$!; \
	DJANGO_RUNSERVER_HIDE_WARNING=true $(MANAGE) runserver --noreload $(ADDRESS) & server=$$!; \
	trap 'kill $$server $$workers 2>/dev/null; wait' INT TERM EXIT; wait $$server

test: development
	@$(PYTEST) $(ARGS)

test-postgres: development
	@TEST_DATABASE_URL="$$TEST_POSTGRES_URL" $(PYTEST) $(ARGS)

# The checks of Django look at the code, not at anybody's data: an empty database will do.
lint: export DATABASE_URL := sqlite://:memory:
lint: development
	$(VENV) -m ruff check
	$(VENV) -m ruff format --check
	$(VENV) -m mypy
	$(VENV) .venv/bin/lint-imports --no-logo
	$(MANAGE) makemigrations --check --dry-run
	SECRET_KEY=$$($(VENV) -c "import secrets; print(secrets.token_urlsafe(64))") ALLOWED_HOSTS=ism.example \
		PUBLIC_URL=https://ism.example \
		$(MANAGE) check --deploy --fail-level WARNING --settings config.settings.prod
	$(VENV) -m pytest -q tests/test_catalogue.py

# Locations are left out of the catalogue: a moved line is not a change to translate.
messages: development
	@command -v xgettext >/dev/null && command -v msgfmt >/dev/null || \
		{ echo "make messages needs gettext (Debian: apt-get install gettext)." >&2; exit 1; }
	$(MANAGE) makemessages --locale fr --no-location --no-obsolete --no-wrap --ignore .venv --ignore tests
	$(MANAGE) compilemessages --locale fr --ignore .venv

bench: runtime
	@for script in benchmarks/[a-z]*.py; do \
		[ ! -e "$$script" ] || $(VENV) -m "benchmarks.$$(basename "$$script" .py)" || exit 1; \
	done

# The pictures of docs/guide, taken by the tests that use its screens.
guide: development
	@UPDATE_GUIDE=1 $(VENV) -m pytest -q --numprocesses=0 tests/e2e/test_month.py tests/e2e/test_first_days.py tests/e2e/test_offers_guide.py tests/e2e/test_mail_templates.py tests/e2e/test_invoice_template.py tests/e2e/test_customers_guide.py tests/e2e/test_orders_guide.py tests/e2e/test_portability_guide.py tests/e2e/test_customer_space.py tests/e2e/test_customer_pages.py tests/e2e/test_files_guide.py tests/e2e/test_worker_killed.py

# Data stays: var/ holds the database and the documents.
clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis staticfiles
	find apps benchmarks config tests -name __pycache__ -type d -prune -exec rm -rf {} +

runtime:
	@python=$$(sh .ci/python) && "$$python" .ci/install.py requirements.txt

development:
	@python=$$(sh .ci/python) && "$$python" .ci/install.py requirements.txt requirements-dev.txt
