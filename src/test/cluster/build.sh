#!/usr/bin/env bash
# Builds the programs of go.mod, unless that was done before, and prints their folder; the first time takes a while.
# The second line is a folder with definitions of custom resources: the files that definitions.txt names, each line with
# a Go module, its version, the sum of its contents, a folder in it and names.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/inference-cluster
key=$(cat go.mod go.sum | sha256sum | cut -c1-16)
folder=$cache/$key
if [[ ! -d $folder ]]; then
    command -v go >/dev/null || { echo "Go is not installed, which builds the API server" >&2; exit 1; }
    version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
    minor=${version#v1.}
    package=k8s.io/component-base/version
    mkdir -p "$cache"
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

# Of what Go says of a module.
field() {
    sed -n "s/^\t\"$1\": \"\(.*\)\",\?\$/\1/p" <<<"$module_json"
}
definitions=$cache/definitions-$(sha256sum <definitions.txt | cut -c1-16)
if [[ ! -d $definitions ]]; then
    work=$(mktemp -d "$definitions.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    while read -r module version sum path names; do
        # Outside of this folder's module, whose versions are others.
        module_json=$(cd "$work" && go mod download -json "$module@$version")
        [[ $(field Sum) == "$sum" ]] || { echo "$module $version is not what it was" >&2; exit 1; }
        for name in $names; do
            cp "$(field Dir)/$path/$name" "$work/"
        done
    done <definitions.txt
    mv "$work" "$definitions"
fi
echo "$folder"
echo "$definitions"
