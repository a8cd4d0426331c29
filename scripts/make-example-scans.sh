#!/bin/sh
# Makes the scans in examples/scans again: runs the real scanners on every version of the example programs, as
# examples/scans/manifest.json lists them.
#
#   scripts/make-example-scans.sh            all scans of the manifest
#   scripts/make-example-scans.sh bank-go    those of one program
#
# Needs Go, Node.js 20.19 or newer with npm, and the Go module proxy and npm registry; nothing is installed outside a
# temporary directory. Scanners are pinned below and in examples/shop-web/package-lock.json, so that the results change
# only when the programs or these pins do. The scanners' output is kept as it is, save for two things: paths of the
# machine that made it are cut to the program's folder, and it is laid out for reading (scripts/normalise-scan.mjs).
#
# To add a scan: write the program's new version in examples/PROGRAM/vN, list it in the manifest, run this script.
set -eu

gosec=2.30.0
staticcheck=0.8.2

cd "$(dirname "$0")/.."
root=$(pwd -P)
only=${1:-}
work=$(mktemp -d)
work=$(cd "$work" && pwd -P)
trap 'rm -rf "$work"' EXIT INT TERM

export GOBIN="$work/bin" GOWORK=off GOFLAGS=-buildvcs=false CGO_ENABLED=0
go install -ldflags "-X main.Version=$gosec" "github.com/securego/gosec/v2/cmd/gosec@v$gosec"
go install "honnef.co/go/tools/cmd/staticcheck@v$staticcheck"

# found runs a scanner; status 1 means that it found something, which is what it is here for.
found() {
	"$@" || [ $? -eq 1 ]
}

# scan runs one tool in the folder of a version and leaves its output in $work/scan.sarif.
scan() {
	case $1 in
	gosec) found gosec -quiet -no-fail -fmt sarif -out "$work/scan.sarif" ./... ;;
	staticcheck) found staticcheck -f sarif ./... >"$work/scan.sarif" ;;
	eslint)
		[ -d ../node_modules ] || (cd .. && npm ci --silent --no-audit --no-fund)
		found ../node_modules/.bin/eslint --format @microsoft/eslint-formatter-sarif --output-file "$work/scan.sarif" .
		;;
	*)
		echo "make-example-scans: no scanner $1" >&2
		return 2
		;;
	esac
}

PATH="$work/bin:$PATH"
mkdir "$work/examples"
for program in bank-go mailer-go shop-web; do
	cp -R "examples/$program" "$work/examples/$program"
	rm -rf "$work/examples/$program/node_modules"
done

node -e '
	const { scans } = require("./examples/scans/manifest.json")
	for (const s of scans) console.log(s.program, s.version, s.tool, s.file)
' >"$work/list"

while read -r program version tool file; do
	[ -z "$only" ] || [ "$only" = "$program" ] || continue
	folder="$work/examples/$program/$version"
	rm -f "$work/scan.sarif"
	(cd "$folder" && scan "$tool") </dev/null
	mkdir -p "$root/examples/$(dirname "$file")"
	node "$root/scripts/normalise-scan.mjs" "$folder" <"$work/scan.sarif" >"$work/normal.sarif"
	mv "$work/normal.sarif" "$root/examples/$file"
	echo "examples/$file"
done <"$work/list"
