#!/usr/bin/env bash
# Builds the programs of go.mod, unless that was done before, and prints their folder. The first time takes a while.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

key=$(cat go.mod go.sum build.sh | sha256sum | cut -c1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/inference-cluster/$key
if [[ ! -d $folder ]]; then
    command -v go >/dev/null || { echo "Go is not installed, which builds the API server" >&2; exit 1; }
    version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
    minor=${version#v1.}
    package=k8s.io/component-base/version
    mkdir -p "${folder%/*}"
    work=$(mktemp -d "$folder.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    echo "building Kubernetes $version and what belongs to it into $folder" >&2
    # Programs that were built without their version say none, which clients do not understand.
    go build -trimpath -o "$work/" -ldflags \
        "-s -w -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=${minor%%.*}" tool >&2
    mv "$work/server" "$work/etcd"
    chmod 755 "$work"
    mv "$work" "$folder"
fi
echo "$folder"
