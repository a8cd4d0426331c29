#!/usr/bin/env bash
# Builds the binaries of a release into dist/, with checksums. The same commit gives the same bytes on any machine: no
# paths, no time, no cgo; the version is the tag's. The web app must have been built.
set -euo pipefail
cd "$(dirname "$0")/.."

version=${1:?"usage: make-release.sh VERSION"}
rm -rf dist
mkdir -p dist
for system in linux darwin; do
	for machine in amd64 arm64; do
		name=dist/asm-$system-$machine
		echo "$name" >&2
		CGO_ENABLED=0 GOOS=$system GOARCH=$machine GOFLAGS=-mod=readonly \
			go build -trimpath -buildvcs=false -ldflags "-s -w -buildid= -X main.version=$version" -o "$name" ./cmd/asm
	done
done
go version -m dist/asm-linux-amd64 | awk '$1 == "dep" { print $2, $3, $4 }' | sort >dist/modules.txt
(cd dist && sha256sum asm-* modules.txt >SHA256SUMS)
cat dist/SHA256SUMS
