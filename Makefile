# PeerNet for boards. `make help` lists the targets.
SHELL := /bin/bash
RESOURCES := $(shell swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')

.PHONY: device device-aarch64 device-x86_64

device: device-aarch64 device-x86_64 ## the board's static binaries

.toolset-%.json: Scripts/toolset-%.json.in
	sed 's#@RESOURCES@#$(RESOURCES)#' $< > $@

device-aarch64: .toolset-aarch64.json
	swift build -c release --triple aarch64-none-none-elf --toolset .toolset-aarch64.json \
	  --pkg-config-path /usr/lib/aarch64-linux-gnu/pkgconfig --scratch-path .build-aarch64 --product peernetd

device-x86_64: .toolset-x86_64.json
	swift build -c release --triple x86_64-unknown-linux-gnu --toolset .toolset-x86_64.json \
	  --scratch-path .build-x86_64 --product peernetd
