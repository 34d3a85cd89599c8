#!/usr/bin/env bash
# Installs the published SDKs below target/sdk and builds the runner that uses the crate. Does only
# what is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
target=../../target/sdk

# Node resolves packages from where a file lies, so the flows go to their packages.
mkdir -p "$target/node"
if ! cmp -s node/package.json "$target/node/installed.json"; then
    cp node/package.json "$target/node/"
    npm install --silent --no-audit --no-fund --no-package-lock --prefix "$target/node"
    cp node/package.json "$target/node/installed.json"
fi
cp node/*.mjs "$target/node/"

requirements=python/requirements.txt
if ! cmp -s "$requirements" "$target/venv/requirements.txt"; then
    python3 -m venv --clear "$target/venv"
    "$target/venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$target/venv/requirements.txt"
fi

# A workspace of its own: the crate's tonic, axum and TLS are not Belfry's.
cargo build --quiet --locked --manifest-path rust/Cargo.toml --target-dir "$target/rust"
