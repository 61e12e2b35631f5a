# PeerNet for boards. `make help` lists the targets; each is a script or a command of Swift's.
SHELL := /bin/bash
SECONDS := 30
RUNS := 1
CUTS := 200
SEED := 1
BOARD :=
HOURS := 10000
MINUTES := 30

.NOTPARALLEL:
.PHONY: help setup build run test interop device device-aarch64 device-x86_64 package package-laptop package-test image \
  board board-test board-soak board-nightly bench bench-peers flaky flaky-real lint documentation fuzz clean
.DEFAULT_GOAL := help

help: ## list the targets
	@sed -n 's/^\([a-z0-9_-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target text; do \
	  printf '  make %-16s %s\n' "$$target" "$$text"; done

setup: ## install what is missing on a Debian machine that has Swift (does nothing when all is there)
	@Scripts/setup

build: setup ## the library, the agent and the command line for this machine, for debugging
	swift build

run: setup ## the whole job on this machine: a simulated board is discovered, paired, asked and rebooted
	@Scripts/run

test: setup ## every test, also of the board's own binaries (aarch64 under emulation)
	@FUZZ_SECONDS=$(SECONDS) Scripts/test

interop: setup ## a live BEAM peer against the agent and the library, RUNS=1 times
	@Scripts/interop $(RUNS)

device: setup device-aarch64 $(if $(filter x86_64,$(shell uname -m)),device-x86_64) ## the board's static binaries and their size, a library

device-aarch64: ## the board's binary for aarch64 alone; fails above 1 MiB; SUITE=trixie with Debian 13's libraries
	@Scripts/device aarch64

device-x86_64: ## the board's binary for x86_64 alone
	@Scripts/device x86_64

package: device ## the agent and the laptop's command line as Debian packages and as tarballs, in .build-package
	@Scripts/laptop
	@Scripts/package

package-laptop: setup ## the laptop's command line alone, which takes some minutes
	@Scripts/laptop
	@Scripts/package laptop

package-test: package ## install, upgrade, remove and purge them in clean Debian roots
	@Scripts/test-package

image: setup ## the image of a board, in .build-image: BOARD=rpi4; without BOARD the boards are listed
	@Scripts/image $(BOARD)

board: ## a board's image on an emulated board, with this computer's command line beside it (needs root)
	@Scripts/board up

board-test: setup ## boot, use and break the image on emulated boards (needs root)
	@Scripts/board test

board-soak: setup ## 200 power cuts at random moments, CUTS=200 SEED=1 (needs root)
	@Scripts/board soak $(CUTS) $(SEED)

board-nightly: setup ## the Raspberry Pi 3's own image on an emulated one (needs root)
	@Scripts/board nightly

bench: setup ## measurements, as ratios against the limit measured in the same run
	@Scripts/bench

bench-peers: setup ## the same beside OpenSSH, dropbear, Mosquitto and raw TCP, as tables in Markdown (needs root)
	@Scripts/bench-peers

flaky: setup ## heartbeat policies on the same failing links: a table in Markdown, HOURS=10000 of links a number
	@Scripts/flaky --hours $(HOURS)

flaky-real: setup ## the real agent on failing links of the kernel's own network, MINUTES=30 of bad weather (needs root)
	@Scripts/flaky --real --minutes $(MINUTES)

lint: setup ## format, imports, file length, leftovers, documentation
	@Scripts/lint

documentation: setup ## the pages of every module, to be read in a browser
	@Scripts/check-documentation --browse

fuzz: setup ## coverage-guided fuzzing, SECONDS=30 for each fuzzer
	@Scripts/fuzz $(SECONDS)

clean: ## remove everything that was built
	rm -rf .build .build-* .toolset-*.json .run
