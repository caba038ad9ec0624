# SPDX-License-Identifier: Apache-2.0
# A thin layer over Meson.  `make help` lists what there is.
#
#   BUILD=DIR   another build folder
#   CI=true     warnings are errors

BUILD ?= build
SAN ?= $(BUILD)-san
FUZZ ?= $(BUILD)-fuzz
COV ?= $(BUILD)-cov
FUZZ_SECONDS ?= 60
PREFIX ?= /usr/local
WERROR := $(if $(filter-out 0 false no,$(CI)),true,false)

# ip, nft and bpftool live in sbin, which is not on everybody's path; Ubuntu's /usr/sbin/bpftool is a
# wrapper that refuses to work for another kernel than the running one, the real one is beside it.
export PATH := $(addsuffix :,$(patsubst %/,%,$(dir $(lastword $(wildcard /usr/lib/linux-tools/*/bpftool)))))$(PATH):/usr/sbin:/sbin

SETUP = scripts/setup.sh
SOURCES = $(shell find src tests bench -name '*.[ch]')

.DEFAULT_GOAL := build
.PHONY: help packages configure build demo test unit golden e2e fuzz soak asan ubsan tidy format \
	check-format coverage docs bench install clean

help: ## this list
	@sed -n 's|^\([a-z0-9 -]*\):[^#]*## \(.*\)|  \1\t\2|p' Makefile | expand -t 18

packages: ## install what building and testing needs (Debian, Ubuntu; elsewhere: say what)
	@scripts/packages.sh

configure: packages
	@$(SETUP) $(BUILD) -Dwerror=$(WERROR)

build: configure ## build everything into build/
	@ninja -C $(BUILD)

demo: build ## the city: what Ward does, with real packets, in about a minute
	@BUILD=$(BUILD) scripts/demo.sh

test: packages ## everything that can run here; the last line is "N passed, N failed, N skipped"
	@BUILD=$(BUILD) SAN=$(SAN) WERROR=$(WERROR) scripts/test.sh format ordinary sanitized

unit: build ## the unit tests, one layer at a time
	@meson test -C $(BUILD) --no-rebuild --suite unit

golden: build ## the command line, word for word (UPDATE=1 rewrites what is expected)
	@meson test -C $(BUILD) --no-rebuild --suite golden

e2e: build ## real namespaces, real packets (needs root and BPF)
	@meson test -C $(BUILD) --no-rebuild --suite e2e

soak: build ## random verdicts, then the lab under random changes for SOAK_SECONDS
	@BUILD=$(BUILD) scripts/soak.py

fuzz: packages ## each fuzz target for FUZZ_SECONDS (60), starting from its corpus
	@BUILD=$(FUZZ) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run.sh

asan ubsan: packages ## everything but BPF under the address and undefined-behaviour sanitizers
	@BUILD=$(BUILD) SAN=$(SAN) WERROR=$(WERROR) scripts/test.sh sanitized

tidy: build ## clang-tidy
	@command -v clang-tidy >/dev/null || { echo 'clang-tidy is missing: scripts/packages.sh --all' >&2; exit 1; }
	@clang-tidy -p $(BUILD) --quiet $(filter src/%.c,$(filter-out src/datapath/bpf/%,$(SOURCES)))

format: ## let clang-format 14 write the sources
	@clang-format-14 -i $(SOURCES)

check-format: ## is every source as clang-format 14 would write it?
	@scripts/check-format.sh

coverage: packages ## which lines the tests reach
	@$(SETUP) $(COV) -Dbpf=disabled -Db_coverage=true
	@BUILD=$(COV) scripts/coverage.sh

docs: build ## draw docs/city.svg again, write what the program prints into the documents
	@$(BUILD)/src/ward map -f examples/city -o svg >docs/city.svg
	@UPDATE=1 tests/house/docs.py . $(BUILD)
	@meson test -C $(BUILD) --no-rebuild --suite house

bench: build ## print what is measured
	@BUILD=$(BUILD) bench/run.sh

install: packages ## install below PREFIX (/usr/local), DESTDIR respected
	@$(SETUP) $(BUILD) -Dwerror=$(WERROR) -Dprefix=$(PREFIX)
	@ninja -C $(BUILD)
	@meson install -C $(BUILD) --no-rebuild

clean: ## remove the build folders
	@rm -rf $(BUILD) $(SAN) $(FUZZ) $(COV)
