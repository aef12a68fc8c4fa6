# 常用：make run（启动）  make test（测试）  make check（静态检查）  make test-full（全部测试）
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
PYTHON := $(VENV)/bin/python
NEWEST_VENV := .venv-newest
NEWEST_PYTHON := $(NEWEST_VENV)/bin/python
PIP_INSTALL := -m pip install -qq --disable-pip-version-check --no-input --require-hashes --only-binary :all:

# A stamp is named after the content of its lock: a changed lock is installed, an unchanged one costs nothing.
lock_hash = $(shell sha256sum requirements/$(1).txt | cut -c1-16)
RUN_STAMP := $(VENV)/.run-$(call lock_hash,run)
DEV_STAMP := $(VENV)/.dev-$(call lock_hash,dev)
NEWEST_STAMP := $(NEWEST_VENV)/.newest-$(call lock_hash,newest)

PACKAGES := project evidence workflows signatures forms_templates registry audit
WORKERS ?= 2

.PHONY: help setup run practice test test-full test-newest check bench format forms lock clean

help:
	@echo "make run        启动网站（首次运行会自动安装依赖、建库并装入演示县），按 Ctrl-C 停止"
	@echo "make practice   练习用的演示县从头再来（真实的县不受影响）"
	@echo "make test       运行测试（SQLite；竞争与契约测试另在 PostgreSQL 上运行）"
	@echo "make check      静态检查：代码风格、类型、分层、迁移"
	@echo "make test-full  全部测试：另加断电、大数据量、最新版 Django"
	@echo "make bench      测量速度并逐项比较（只量一项：make bench ONLY=door）"
	@echo "make lock       重新生成依赖锁定文件（需要 uv）"

# Which Python: the newest that is new enough and can make a virtual environment.
$(PYTHON):
	@for python in python3.13 python3.12 python3.11 python3; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  found=yes; \
	  "$$python" -c 'import venv, ensurepip' 2>/dev/null || continue; \
	  echo "用 $$($$python --version) 建立虚拟环境 $(VENV) …"; \
	  "$$python" -m venv $(VENV); exit 0; \
	done; \
	if [ "$${found:-}" ]; then \
	  echo "本机的 Python 缺少 venv 模块。Debian/Ubuntu 请先运行：apt install python3-venv（venv is missing）" >&2; \
	else \
	  echo "没有找到 Python 3.11 或更高版本，请先安装（Python >= 3.11 is needed）" >&2; \
	fi; exit 1

# The development lock holds the same versions as the running lock and more: it satisfies both.
$(RUN_STAMP): | $(PYTHON)
	@if [ ! -e $(DEV_STAMP) ]; then echo "安装依赖（带校验和）…"; $(PYTHON) $(PIP_INSTALL) -r requirements/run.txt; fi
	@touch $@

$(DEV_STAMP): | $(PYTHON)
	@echo "安装测试用依赖（带校验和）…"
	@$(PYTHON) $(PIP_INSTALL) -r requirements/dev.txt
	@touch $@

setup: $(RUN_STAMP)
	@$(PYTHON) -m project.first_run

run: export DEMO ?= 1
run: setup
	@$(PYTHON) manage.py install_pdf_tools
	@$(PYTHON) manage.py prepare
	@exec $(PYTHON) manage.py serve

practice: export DEMO ?= 1
practice: setup
	@$(PYTHON) manage.py begin_anew

test: $(DEV_STAMP)
	@$(PYTHON) -m pytest -m "not slow" -n $(WORKERS)

test-full: $(DEV_STAMP)
	@$(PYTHON) -m pytest -n $(WORKERS)
	@$(MAKE) test-newest

test-newest: $(NEWEST_STAMP)
	@$(NEWEST_PYTHON) -m pytest -m "not slow" -n $(WORKERS)

$(NEWEST_STAMP):
	@for python in python3.14 python3.13 python3.12; do \
	  "$$python" -c 'import venv, ensurepip' 2>/dev/null || continue; \
	  echo "用 $$($$python --version) 建立 $(NEWEST_VENV)，安装最新版 Django …"; \
	  "$$python" -m venv --clear $(NEWEST_VENV); \
	  $(NEWEST_PYTHON) $(PIP_INSTALL) -r requirements/newest.txt; \
	  touch $@; exit 0; \
	done; \
	echo "最新版 Django 需要 Python 3.12 或更高版本，本机没有找到，此项未测试（Python >= 3.12 is needed）" >&2; exit 1

check: $(DEV_STAMP)
	@$(PYTHON) -m project.first_run
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check --output-format concise .
	$(VENV)/bin/lint-imports --no-cache
	$(VENV)/bin/mypy manage.py $(PACKAGES) tests bench
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) manage.py check --fail-level WARNING
	bash -n .ci/run

bench: $(DEV_STAMP)
	@$(PYTHON) -m bench $(ONLY)

format: $(DEV_STAMP)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

# --no-header and --no-emit-index-url: where packages come from is each machine's own business.
UV_COMPILE := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate
# The pictures in docs/forms/, from the real output.
forms: $(DEV_STAMP)
	@$(PYTHON) manage.py draw_forms

lock:
	$(UV_COMPILE) --python-version 3.11 requirements/run.in -o requirements/run.txt
	$(UV_COMPILE) --python-version 3.11 -c requirements/run.txt requirements/dev.in -o requirements/dev.txt
	$(UV_COMPILE) --python-version 3.12 requirements/newest.in -o requirements/newest.txt

clean:
	rm -rf $(VENV) $(NEWEST_VENV) .mypy_cache .ruff_cache .pytest_cache
