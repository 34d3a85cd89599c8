#!/usr/bin/env bash
# Passes all tests. Sets up by itself what they need: Debian packages (as root, and only those that
# are missing), and Python environments, npm packages and the published SDKs, all below target/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

missing=()
need() { # a command, the Debian package that brings it
    command -v "$1" >/dev/null || missing+=("$2")
}
need cc gcc
need g++ g++
need make make
need curl curl
need node nodejs
need npm npm
need python3 python3
need chromium chromium
need gammu-smsd gammu-smsd
need bearerbox kannel
[ -x /usr/lib/kannel/test/fakesmsc ] || missing+=(kannel-extras)
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
[ -e /usr/include/stdio.h ] || missing+=(libc6-dev)

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "The tests need these Debian packages: ${missing[*]}" >&2
        echo "Install them with: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

requirements=tests/python/requirements.txt
if ! cmp -s "$requirements" target/venv/requirements.txt; then
    mkdir -p target
    python3 -m venv --clear target/venv
    target/venv/bin/pip install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" target/venv/requirements.txt
fi
# Each in a folder of its own: npm removes what an earlier --no-save brought.
peers() { # a folder, a package whose presence is enough, the packages
    if [ ! -d "$1/node_modules/$2" ]; then
        mkdir -p "$1"
        npm install --silent --no-audit --no-fund --prefix "$1" --no-save "${@:3}"
    fi
}
peers target @zitadel/proto @zitadel/proto@1.3.1
peers target/maildev maildev maildev@3.0.0
peers target/smpp smpp smpp@0.5.1
peers target/twilio twilio @twilio-alpha/mcp@0.7.0 @stoplight/prism-cli@5.16.0 twilio@6.2.0

cargo build --workspace
rm -f target/coverage.md
# Not nextest: the tests of one binary share a server, and nextest runs each in a process of its own.
cargo test --workspace
# Every operation with the encodings it was called over; the last table of cases writes it.
test -s target/coverage.md
# The guide for authors of providers, typed as it stands.
python3 tests/plugins/guide.py target/debug
export PYTHONDONTWRITEBYTECODE=1
target/venv/bin/pytest tests/python
tests/sdk/install.sh
target/venv/bin/python tests/sdk/run.py
