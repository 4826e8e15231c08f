# Every target makes what it needs: a fresh machine with Python 3.11 or later and make is enough.
#     make lab PORT=8890 ARGS=--no-browser       make test PYTHON=python3.12       make fresh NB=03
#     make lab NB=06 PROJECTOR=1       make slides NB=06

PYTHON = python3
PORT =
NB =
PROJECTOR =
SHORT =
COURSE = course
NAME =
PYODIDE =
MNIST =
LITE = build/site/lite
ARGS =

# Programs are always called as `python -m …`: the scripts that pip installs carry the folder's
# full path in their first line, which breaks when the folder is moved.
VENV_PYTHON = .venv/bin/python
PYTEST = $(VENV_PYTHON) -m pytest
LAB = $(VENV_PYTHON) -m jupyterlab

# A test a core: with BLAS's own threads on top a wide net takes three times as long, and what runs
# beside it too.
PYTEST_EACH_CORE = OPENBLAS_NUM_THREADS=1 $(PYTEST) -n logical

# What Lab opens: the notebook NB, as it stands on every screen or as a lecture needs it
OPENED = $(notdir $(firstword $(sort $(wildcard notebooks/$(NB)*.ipynb))))
PLACE = /lab$(if $(PROJECTOR),/workspaces/projector)/tree/$(OPENED)

# JupyterLab asks root for a yes; in a container root is often the only user.
AS_ROOT = $(if $(filter 0,$(shell id -u)),--allow-root)

# nnlib is installed by its full path, so a folder that was moved has to be set up again.
ifneq ($(shell cat .venv/.place 2>/dev/null),$(CURDIR))
MOVED = moved
endif
ifneq ($(shell cat .venv-bench/.place 2>/dev/null),$(CURDIR))
BENCH_MOVED = moved
endif
ifneq ($(shell cat .venv-class/.place 2>/dev/null),$(CURDIR))
CLASS_MOVED = moved
endif

.PHONY: help lab fresh slides test lint unit notebooks-test browser everything soak versions bench notebooks claims minutes course grade site html lite lite-tested lite-test repository binder release clean moved
.NOTPARALLEL:
.DEFAULT_GOAL = help

help:  ## list the targets
	@echo "make TARGET [PYTHON=python3.12] [PORT=8890] [ARGS=...]"
	@awk -F ':.*##  *' '/^[a-z-]+:.*##/ { printf "  %-16s%s\n", $$1, $$2 }' Makefile

lab: .venv/.lab  ## open the notebooks in JupyterLab, as copies in work/ (NB=06; PROJECTOR=1 for a lecture)
	$(VENV_PYTHON) notebooks work
	$(if $(PROJECTOR),$(VENV_PYTHON) .ci/projector.py,$(LAB)) \
	    --ServerApp.root_dir=work --LabApp.default_url=$(PLACE) \
	    $(if $(PORT),--port=$(PORT)) $(AS_ROOT) $(ARGS)

fresh: .venv/.lab  ## bring a notebook in work/ back as it was; yours is kept beside it (NB=03)
	$(VENV_PYTHON) notebooks work --fresh "$(NB)"

slides: .venv/.lab  ## a notebook as slides, one HTML file that needs nothing else (NB=06; all without)
	$(VENV_PYTHON) .ci/slides.py $(NB)

test: lint unit notebooks-test browser  ## every test: the four targets below, in this order

lint: .venv/.test  ## ruff over the code and the notebooks
	$(VENV_PYTHON) -m ruff check .

unit: .venv/.test  ## pytest over nnlib and the house rules (ARGS are passed to pytest)
	$(PYTEST_EACH_CORE) --ignore=tests/browser --ignore=tests/soak $(ARGS)

notebooks-test: .venv/.test  ## run every notebook, compare its stored outputs
	$(PYTEST_EACH_CORE) --dist loadfile --nbval-lax --nbval-current-env --nbval-cell-timeout=600 notebooks $(ARGS)

# A page a core: with more, a slow machine keeps Chromium from starting a widget in two seconds,
# the time that anywidget gives it. What fails is tried once more, and named even if it passes then.
AGAIN = --reruns 1 --rerun-show-tracebacks -r R

browser: .venv/.test site  ## run every notebook in a real JupyterLab in a real Chromium, and look at the site
	$(PYTEST_EACH_CORE) --dist worksteal $(AGAIN) -m "not soak and not release" tests/browser $(ARGS)

everything: test versions soak lite-test  ## every test there is, before a release

# The classes have the machine for themselves. SHORT=1 leaves them out, with nbgrader's course,
# JupyterHub, README's lines for a newcomer, callbacks on the kernel's main thread, the other long
# ones, and nine of ten kills, mutated files and monkeys' actions.
CLASSES = class.py course.py get_it.py hub.py
LONG = exercise_seeds.py reruns.py three_states.py

soak: .venv/.test  ## the long tests: kills, mutated files, a class of kernels (SHORT=1: without the longest)
	$(if $(SHORT),SHARE=0.1) $(PYTEST_EACH_CORE) --dist worksteal $(AGAIN) \
	    $(addprefix --ignore=tests/soak/test_,$(CLASSES) $(if $(SHORT),$(LONG))) tests/soak $(ARGS)
	$(if $(SHORT),,$(PYTEST_EACH_CORE) --dist worksteal $(AGAIN) -m soak tests/browser)
	$(if $(SHORT),,$(PYTEST) -o faulthandler_timeout=3600 $(AGAIN) $(addprefix tests/soak/test_,$(CLASSES)))

# PyTorch and JAX are nobody's need but the benchmark's: they have an environment of their own.
bench: .venv-bench/.bench  ## nnlib's speed beside others', every target (ARGS=--quick: a short look)
	.venv-bench/bin/python benchmarks/speed $(ARGS)

versions: .venv/.test  ## the suite on the oldest versions allowed and on the newest there are (ARGS=oldest)
	$(VENV_PYTHON) .ci/versions.py $(ARGS)

notebooks: .venv/.test  ## run every notebook (ARGS: only these) and store its outputs
	$(VENV_PYTHON) .ci/notebooks.py $(ARGS)

claims: .venv/.test  ## run the cells that assert what the prose claims, over ten seeds and both data sets
	$(VENV_PYTHON) .ci/claims.py $(ARGS)

minutes: .venv/.test  ## print how long each notebook takes, and its lines of code and words of prose
	$(VENV_PYTHON) .ci/minutes.py $(ARGS)

# nbgrader puts a menu and a side bar into every JupyterLab beside it: it has an environment of its own.
course: .venv-class/.class  ## write problem sheets for nbgrader, to hand out (ARGS="04=2 5.1", COURSE=folder)
	.venv-class/bin/python .ci/course.py "$(COURSE)" $(ARGS)

grade: .venv-class/.class  ## collect what was handed in, grade it, write feedback (COURSE=folder)
	.venv-class/bin/python .ci/grade.py "$(COURSE)" $(ARGS)

site: .venv-site/.site  ## build the notebooks as a static site into build/site, for any web server
	.venv-site/bin/python site

html: site  ## write one notebook as one file into build/html, to be handed out (NB=05)
	.venv-site/bin/python site/one_file.py "$(NB)"

lite: .venv/.lab .venv-lite/.lite  ## the notebooks to run in the browser, nothing installed, into build/site/lite (PYODIDE=folder)
	rm -rf build/lite
	$(VENV_PYTHON) notebooks build/lite/files
	.venv-lite/bin/python lite --into "$(LITE)" \
	    $(if $(PYODIDE),--pyodide "$(PYODIDE)") $(if $(MNIST),--mnist "$(MNIST)")

# The same, with a Pyodide that needs no network; the tests skip, and say so, where it cannot be had.
lite-tested: .venv-lite/.lite
	rm -rf build/tested/lite
	if .venv-lite/bin/python .ci/pyodide.py; then \
	    $(MAKE) lite PYODIDE=build/pyodide LITE=build/tested/lite; fi

lite-test: .venv/.test lite-tested  ## run the notebooks with Python in the page, nnlib's own tests in Node (SHORT=1: three notebooks, and a phone)
	$(PYTEST_EACH_CORE) --dist worksteal -o faulthandler_timeout=3600 --reruns 1 -r Rs -m release tests/browser \
	    $(if $(SHORT),-k "00_ or 03_ or 04_ or phone") $(ARGS)

repository:  ## write where this lies on GitHub into the badges and links (NAME=owner/repo)
	$(PYTHON) .ci/repository.py "$(NAME)"

binder: .venv/.test  ## do what Binder would do, in a clean environment
	$(VENV_PYTHON) .ci/binder.py

# TESTED= leaves the tests out, for who has just run them.
TESTED = everything

release: .venv/.test  ## run every test, then lay wheel, site and checksums into build/release; nothing is sent
	$(MAKE) $(TESTED) site lite
	$(VENV_PYTHON) .ci/release.py

clean:  ## remove the environment and everything that was generated; work/ and course/ stay
	rm -rf .venv .venv-bench .venv-class .venv-lite .venv-site build ./*.egg-info .pytest_cache .ruff_cache .hypothesis tests/browser/artefacts
	find . -path ./work -prune -o -path ./course -prune -o -name __pycache__ -prune -exec rm -rf {} + -o -name .ipynb_checkpoints -prune -exec rm -rf {} +

# The two stamps say what was installed last; a second call installs nothing.
.venv/.lab: requirements.txt pyproject.toml $(MOVED)
	@PYTHON="$(PYTHON)" sh .ci/environment requirements.txt
	@touch $@

.venv/.test: tests/requirements.txt requirements.txt pyproject.toml $(MOVED)
	@PYTHON="$(PYTHON)" sh .ci/environment tests/requirements.txt
	@touch $@ .venv/.lab

.venv-class/.class: .ci/class.txt requirements.txt pyproject.toml $(CLASS_MOVED)
	@VENV=.venv-class PYTHON="$(PYTHON)" sh .ci/environment .ci/class.txt
	@touch $@

.venv-bench/.bench: benchmarks/requirements.txt requirements.txt pyproject.toml $(BENCH_MOVED)
	@VENV=.venv-bench PYTHON="$(PYTHON)" sh .ci/environment benchmarks/requirements.txt
	@touch $@

.venv-site/.site: site/requirements.txt
	@VENV=.venv-site PYTHON="$(PYTHON)" sh .ci/environment site/requirements.txt
	@touch $@

.venv-lite/.lite: lite/requirements.txt
	@VENV=.venv-lite PYTHON="$(PYTHON)" sh .ci/environment lite/requirements.txt
	@touch $@
