#!/usr/bin/env bash
# Brings the inference service to Kubernetes, and verifies that it serves. Can be repeated: what exists stays.
#
#   ./deploy-inference.sh                        with the settings in env.yaml, if there is one
#   ./deploy-inference.sh --env FILE             with those of another file (ConfigMap and Secret)
#   ./deploy-inference.sh --values FILE          with values of the chart; may be repeated, and combined with --env
#
#   --namespace NAME    namespace; inference
#   --release NAME      Helm's release; inference
#   --context NAME      kubectl's context; the current one
#   --routes FOLDER     route files, for ConfigMap inference-routes; routes
#   --overwrite-routes  replaces routes that were edited in the cluster
#   --image-routes      uses the routes of the image, without a ConfigMap
#   --timeout TIME      for the rollout and the tests; 15m
#   --no-test           without the tests at the end
#   --dry-run           says what would be done, and changes nothing
#   --diff              shows what would change, and changes nothing; exit status 1 if something would
#   --uninstall         removes the service; keeps claims and the Secret
#   --kubectl           applies rendered manifests, without a release of Helm
#   --render FOLDER     writes the manifests there, and needs no cluster
#   --manifests FOLDER  with --kubectl: those of --render; Helm is not needed

# shellcheck disable=SC2016  # templates of Go are full of dollar signs
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
chart=$root/helm-chart
namespace=inference
release=inference
context=
routes=$root/routes
image_routes=no
overwrite_routes=no
env_file=
values=()
timeout=15m
test=yes
action=install
by_helm=yes
render_to=
manifests=

routes_map=inference-routes
secret=inference-secrets
chart_makes_secret=no

say() { printf '%s\n' "$*"; }

# What went wrong, and what to do next.
fail() {
    printf 'error: %s\n' "$1" >&2
    printf 'next:  %s\n' "$2" >&2
    exit 1
}

usage() { sed -n '2,/^$/{s/^# \{0,1\}//;p;}' "${BASH_SOURCE[0]}"; }

kube() {
    if [[ -n $context ]]; then
        kubectl --context "$context" --namespace "$namespace" "$@"
    else
        kubectl --namespace "$namespace" "$@"
    fi
}

helm_here() {
    if [[ -n $context ]]; then
        helm --kube-context "$context" --namespace "$namespace" "$@"
    else
        helm --namespace "$namespace" "$@"
    fi
}

# Runs a command that changes the cluster; with --dry-run it only says so.
change() {
    if [[ $action == dry-run ]]; then
        local shown=$*
        shown=${shown/#kube /kubectl --namespace $namespace }
        say "would run: ${shown/#helm_here /helm --namespace $namespace }"
    else
        "$@"
    fi
}

hash_of() {
    if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d' ' -f1
}

need() { # OPTION VALUE…
    [[ $# -ge 2 && -n $2 ]] || fail "$1 needs a value" "./deploy-inference.sh --help"
}

read_options() {
    while [[ $# -gt 0 ]]; do
        case $1 in
            --env) need "$@"; env_file=$2; shift ;;
            --values) need "$@"; values+=("$2"); shift ;;
            --namespace) need "$@"; namespace=$2; shift ;;
            --release) need "$@"; release=$2; shift ;;
            --context) need "$@"; context=$2; shift ;;
            --routes) need "$@"; routes=$2; shift ;;
            --timeout) need "$@"; timeout=$2; shift ;;
            --render) need "$@"; render_to=$2; action=render; shift ;;
            --manifests) need "$@"; manifests=$2; shift ;;
            --overwrite-routes) overwrite_routes=yes ;;
            --image-routes) image_routes=yes ;;
            --no-test) test=no ;;
            --dry-run) action=dry-run ;;
            --diff) action="diff" ;;
            --uninstall) action=uninstall ;;
            --kubectl) by_helm=no ;;
            --help | -h) usage; exit 0 ;;
            *) fail "$1 is no option" "./deploy-inference.sh --help" ;;
        esac
        shift
    done
    if [[ -n $manifests && $by_helm == yes ]]; then
        fail "--manifests goes with --kubectl" "add --kubectl"
    fi
    if [[ -n $manifests && (-n $env_file || ${#values[@]} -gt 0) ]]; then
        fail "--manifests are rendered already; --env and --values would be ignored" \
            "give those to --render, and render again"
    fi
    if [[ -z $env_file && -z $manifests && ${#values[@]} -eq 0 && -f $PWD/env.yaml ]]; then
        env_file=$PWD/env.yaml
    fi
}

check_tools() {
    if [[ $action != render ]]; then
        command -v kubectl >/dev/null || fail "kubectl is not installed" "install kubectl, then run this again"
    fi
    if [[ -z $manifests ]] && ! command -v helm >/dev/null; then
        if [[ $by_helm == no ]]; then
            fail "helm is not installed, which renders the manifests" \
                "run with --render FOLDER where Helm is, then here with --kubectl --manifests FOLDER"
        fi
        fail "helm is not installed" "install Helm 3.8 or newer; or use --kubectl --manifests FOLDER"
    fi
}

check_files() {
    local file
    for file in ${env_file:+"$env_file"} ${values[@]+"${values[@]}"}; do
        [[ -r $file ]] || fail "$file cannot be read" "name an existing file with --env or --values"
    done
    if [[ $image_routes == no && $action != uninstall ]]; then
        ls "$routes"/*.camel.yaml >/dev/null 2>&1 ||
            fail "$routes has no *.camel.yaml file" "name the folder with --routes, or use --image-routes"
    fi
    if [[ -n $manifests ]]; then
        for file in service.yaml claims.yaml tests.yaml; do
            [[ -r $manifests/$file ]] || fail "$manifests/$file cannot be read" "make it with --render $manifests"
        done
    fi
}

# Reads env.yaml: its ConfigMap becomes values, its Secret is read later, entry by entry.
read_env() {
    [[ -n $env_file ]] || return 0
    say "settings: $env_file"
    local status=0
    "$chart/check-env.sh" "$env_file" >"$work/report" 2>"$work/faults" || status=$?
    if [[ $status -gt 1 ]]; then
        cat "$work/faults" >&2
        fail "$env_file cannot be used" "correct the line above; the file has a ConfigMap and a Secret"
    fi
    grep -v ' ok$' "$work/report" | sed 's/^/  /' || true
    if [[ $status -ne 0 ]]; then
        fail "$env_file has settings that the service does not know" \
            "rename or delete the lines marked unknown: $chart/check-env.sh $env_file"
    fi
    if grep -q 'move it into the Secret' "$work/report"; then
        fail "$env_file has secrets in its ConfigMap" "move the lines named above into the Secret"
    fi
    "$chart/check-env.sh" --values "$env_file" >"$work/env-values.yaml"
}

# What the values say about the Secret, at the left margin of their files.
read_values() {
    local file name
    for file in ${values[@]+"${values[@]}"}; do
        if grep -Eq '^secrets:[[:space:]]*([^{[:space:]#]|$|#|\{[^}]*[^}[:space:]])' "$file"; then
            chart_makes_secret=yes
        fi
        name=$(sed -n 's/^existingSecret:[[:space:]]*["'\'']\{0,1\}\([A-Za-z0-9.-]*\).*/\1/p' "$file")
        [[ -n $name ]] && secret=$name
    done
    return 0
}

# Arguments for Helm, in $chart_arguments.
set_chart_arguments() {
    chart_arguments=()
    local file
    for file in ${values[@]+"${values[@]}"}; do chart_arguments+=(--values "$file"); done
    [[ -n $env_file ]] && chart_arguments+=(--values "$work/env-values.yaml")
    [[ $image_routes == no ]] && chart_arguments+=(--set "routes.existingConfigMap=$routes_map")
    [[ $chart_makes_secret == no ]] && chart_arguments+=(--set "existingSecret=$secret")
    return 0
}

# Manifests into $work/rendered: service.yaml, claims.yaml and tests.yaml.
render() {
    rendered=$work/rendered
    if [[ -n $manifests ]]; then
        rendered=$manifests
        secret=$(awk '/secretRef:/ { getline; print $2; exit }' "$rendered/service.yaml")
        return
    fi
    mkdir -p "$rendered"
    # Without a cluster, Helm would assume its own version of Kubernetes.
    helm template "$release" "$chart" --namespace "$namespace" --kube-version "$kube_version" \
        "${chart_arguments[@]}" >"$work/all.yaml" 2>"$work/faults" || {
        cat "$work/faults" >&2
        fail "the chart does not render" "correct the value that the message names"
    }
    : >"$rendered/service.yaml"
    : >"$rendered/claims.yaml"
    : >"$rendered/tests.yaml"
    awk -v folder="$rendered" '
        function flush() {
            if (text ~ /kind:/)
                printf "---\n%s", text >> (folder "/" (text ~ /\nkind: PersistentVolumeClaim\n/ ? "claims.yaml" \
                    : text ~ /# Source: [^\n]*\/templates\/tests\// ? "tests.yaml" : "service.yaml"))
            text = ""
        }
        /^---/ { flush(); next }
        { text = text $0 "\n" }
        END { flush() }' "$work/all.yaml"
}

check_cluster() {
    local version
    version=$(kube version -o json 2>"$work/faults") || {
        cat "$work/faults" >&2
        fail "the cluster cannot be reached" \
            "check kubectl config current-context, or name another with --context"
    }
    kube_version=$(printf '%s' "$version" | tr -d ' \n' | sed -n 's/.*"serverVersion":{.*"gitVersion":"v\{0,1\}\([0-9.]*\).*/\1/p')
    [[ -n $kube_version ]] || fail "the cluster does not say its version" "check kubectl version"
    local minor=${kube_version#*.}
    if [[ ${kube_version%%.*} -eq 1 && ${minor%%.*} -lt 30 ]]; then
        fail "the cluster runs Kubernetes $kube_version; 1.30 is the oldest that serves" "update the cluster"
    fi
}

check_rights() {
    local missing=() kind resource
    for resource in secrets configmaps pods; do
        [[ $(kube auth can-i create "$resource" 2>/dev/null) == yes ]] || missing+=("create $resource")
    done
    while read -r kind; do
        case $kind in
            Deployment) resource=deployments.apps ;;
            StatefulSet) resource=statefulsets.apps ;;
            Service) resource=services ;;
            ServiceAccount) resource=serviceaccounts ;;
            PersistentVolumeClaim) resource=persistentvolumeclaims ;;
            Ingress) resource=ingresses.networking.k8s.io ;;
            NetworkPolicy) resource=networkpolicies.networking.k8s.io ;;
            PodDisruptionBudget) resource=poddisruptionbudgets.policy ;;
            HorizontalPodAutoscaler) resource=horizontalpodautoscalers.autoscaling ;;
            Role) resource=roles.rbac.authorization.k8s.io ;;
            RoleBinding) resource=rolebindings.rbac.authorization.k8s.io ;;
            HTTPRoute) resource=httproutes.gateway.networking.k8s.io ;;
            GRPCRoute) resource=grpcroutes.gateway.networking.k8s.io ;;
            InferencePool) resource=inferencepools.inference.networking.k8s.io ;;
            ScaledObject) resource=scaledobjects.keda.sh ;;
            PodMonitor) resource=podmonitors.monitoring.coreos.com ;;
            PrometheusRule) resource=prometheusrules.monitoring.coreos.com ;;
            *) continue ;;
        esac
        [[ $(kube auth can-i create "$resource" 2>/dev/null </dev/null) == yes ]] || missing+=("create $resource")
    done < <(sed -n 's/^kind: //p' "$rendered/service.yaml" "$rendered/claims.yaml" | sort -u)
    if [[ ${#missing[@]} -gt 0 ]]; then
        printf '  %s\n' "${missing[@]}" >&2
        fail "you lack the rights above in namespace $namespace" \
            "ask an administrator for them, or use another account with --context"
    fi
}

make_namespace() {
    kube get namespace "$namespace" >/dev/null 2>&1 && return
    say "namespace: $namespace is new"
    change kube create namespace "$namespace" >"$work/output" 2>&1 || {
        cat "$work/output" >&2
        fail "namespace $namespace could not be made" "ask an administrator for it, or name one with --namespace"
    }
    [[ $action != dry-run ]] || cat "$work/output"
}

random_text() { # COUNT of letters and digits
    local text=
    while [[ ${#text} -lt $1 ]]; do
        text+=$(head -c 256 /dev/urandom | LC_ALL=C tr -dc 'A-Za-z0-9')
    done
    printf '%s' "${text:0:$1}"
}

setting() { # the value of a setting in the rendered ConfigMap
    awk '/^# Source: .*\/templates\/env.yaml/ { here = 1 } /^---/ { here = 0 } here' "$rendered/service.yaml" |
        sed -n "s/^  $1: \"\(.*\)\"$/\1/p"
}

is_one_of() { # NAME LINES…
    local name=$1 lines
    shift
    for lines in "$@"; do
        case $'\n'$lines$'\n' in *$'\n'"$name"$'\n'*) return 0 ;; esac
    done
    return 1
}

# Adds what the Secret lacks: entries of env.yaml, and keys that can be made. Changes no entry and shows none.
make_secret() {
    if [[ $chart_makes_secret == yes ]]; then
        say "secret: made by the chart, from its values"
        return
    fi
    local exists=no present='' name
    if kube get secret "$secret" >/dev/null 2>&1; then
        exists=yes
        present=$(kube get secret "$secret" -o go-template='{{range $name, $value := .data}}{{$name}}{{"\n"}}{{end}}')
    fi
    local wanted=() made=()
    if [[ -n $env_file ]]; then
        while IFS= read -r name; do
            [[ -n $name ]] && wanted+=("$name")
        done < <("$chart/check-env.sh" --secrets "$env_file")
    fi
    local generated=(INTERNAL_API_KEY)
    [[ -z $(setting AUTH_ISSUER) ]] && generated+=(BOOTSTRAP_API_KEY)
    grep -q 'component: postgresql' "$rendered/service.yaml" && generated+=(DB_PASSWORD)
    grep -q 'component: redis' "$rendered/service.yaml" && generated+=(REDIS_PASSWORD)
    grep -q 'component: rabbitmq' "$rendered/service.yaml" && generated+=(RABBITMQ_PASSWORD)
    {
        printf 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\ndata:\n' "$secret"
        for name in ${wanted[@]+"${wanted[@]}"} "${generated[@]}"; do
            is_one_of "$name" "$present" ${made[@]+"${made[@]}"} && continue
            # A value may be in a file instead, which the settings name.
            [[ -n $(setting "${name}_FILE") ]] && continue
            made+=("$name")
            printf '  %s: ' "$name"
            if is_one_of "$name" ${wanted[@]+"${wanted[@]}"}; then
                "$chart/check-env.sh" --secret "$name" "$env_file"
            elif [[ $name == BOOTSTRAP_API_KEY ]]; then
                printf 'ik_%s' "$(random_text 48)"
            else
                random_text 48
            fi | base64 | tr -d '\n'
            printf '\n'
        done
    } >"$work/secret.yaml"
    if [[ ${#made[@]} -eq 0 ]]; then
        say "secret: $secret has all it needs"
        return
    fi
    say "secret: $secret gets ${made[*]}"
    local verb=(create --filename "$work/secret.yaml")
    [[ $exists == yes ]] && verb=(patch secret "$secret" --type merge --patch-file "$work/secret.yaml")
    change kube "${verb[@]}" >"$work/output" 2>"$work/faults" || {
        cat "$work/faults" >&2
        fail "Secret $secret could not be written" "check kubectl auth can-i create secrets -n $namespace"
    }
    [[ $action != dry-run ]] || cat "$work/output"
}

routes_text() { # the route files in the form in which routes_in_cluster shows those of the ConfigMap
    local file
    for file in "$routes"/*.camel.yaml; do
        printf '%s\n' "${file##*/}"
        cat "$file"
    done
}

routes_in_cluster() {
    kube get configmap "$routes_map" -o go-template='{{range $name, $text := .data}}{{$name}}{{"\n"}}{{$text}}{{end}}'
}

# The ConfigMap of the route files, with their hash $1, by which a later run sees whether they were edited.
routes_manifest() {
    local files=() file
    for file in "$routes"/*.camel.yaml; do files+=(--from-file "$file"); done
    kubectl create configmap "$routes_map" "${files[@]}" --dry-run=client -o yaml >"$work/plain.yaml" ||
        fail "the routes do not make a ConfigMap" "check the files in $routes"
    awk -v hash="$1" '{ print }
        /^metadata:$/ { print "  annotations:\n    inference-service/applied: \"" hash "\"" }' "$work/plain.yaml"
}

# What the cluster has, seen from the files with the hash $1: "same", "edited" if that has to stay, or "other".
routes_state() {
    local live applied
    kube get configmap "$routes_map" >/dev/null 2>&1 || { echo other; return; }
    live=$(routes_in_cluster | hash_of)
    applied=$(kube get configmap "$routes_map" \
        -o go-template='{{with .metadata.annotations}}{{index . "inference-service/applied"}}{{end}}')
    if [[ $live == "$1" ]]; then
        echo same
    elif [[ $live == "$applied" || $overwrite_routes == yes ]]; then
        echo other
    else
        echo edited
    fi
}

# A server-side apply leaves files that somebody else has added.
remove_added_routes() {
    local name added=
    while read -r name; do
        [[ -f $routes/$name ]] || added+=${added:+,}"\"$name\":null"
    done < <(kube get configmap "$routes_map" --ignore-not-found \
        -o go-template='{{range $name, $text := .data}}{{$name}}{{"\n"}}{{end}}')
    [[ -n $added ]] || return 0
    change kube patch configmap "$routes_map" --type merge --patch "{\"data\":{$added}}" ||
        fail "ConfigMap $routes_map could not be written" "check kubectl auth can-i patch configmaps -n $namespace"
}

# The routes belong to this script and to whoever edits them live, not to the release, whose upgrades would collide.
make_routes() {
    [[ $image_routes == no ]] || return 0
    local count=0 size=0 file hash
    for file in "$routes"/*.camel.yaml; do
        count=$((count + 1))
        size=$((size + $(wc -c <"$file")))
    done
    if [[ $size -gt 1000000 ]]; then
        fail "the routes have $size bytes; a ConfigMap holds a million" \
            "put them on the claim code-base: --image-routes, and routes.fromCodeBase in the values"
    fi
    hash=$(routes_text | hash_of)
    case $(routes_state "$hash") in
        same) say "routes: $routes_map is up to date"; return ;;
        edited) say "routes: $routes_map was edited in the cluster and stays; --overwrite-routes replaces it"; return ;;
    esac
    say "routes: $routes_map gets the $count files of $routes"
    [[ $overwrite_routes == no ]] || remove_added_routes
    routes_manifest "$hash" >"$work/routes.yaml"
    change kube apply --server-side --force-conflicts --field-manager deploy-inference --filename "$work/routes.yaml" ||
        fail "ConfigMap $routes_map could not be written" "check kubectl auth can-i patch configmaps -n $namespace"
}

make_claims() {
    local name
    while read -r name; do
        if kube get persistentvolumeclaim "$name" >/dev/null 2>&1 </dev/null; then
            say "claim: $name exists"
            continue
        fi
        say "claim: $name is new"
        awk -v name="$name" '
            function flush() { if (index(text, "\n  name: " name "\n")) printf "%s", text; text = "" }
            /^---/ { flush(); next }
            { text = text $0 "\n" }
            END { flush() }' "$rendered/claims.yaml" >"$work/claim.yaml"
        change kube create --filename "$work/claim.yaml" </dev/null ||
            fail "claim $name could not be made" "check kubectl get storageclass, and persistence in the values"
    done < <(sed -n 's/^  name: //p' "$rendered/claims.yaml")
}

install_chart() {
    if [[ $by_helm == yes ]]; then
        change helm_here upgrade --install "$release" "$chart" --set persistence.create=false "${chart_arguments[@]}" ||
            fail "the release $release could not be installed" \
                "read Helm's message; a kind that it does not find needs its operator, or the value turned off"
    else
        change kube apply --filename "$rendered/service.yaml" ||
            fail "the manifests could not be applied" "read the message above, correct the values, and run this again"
    fi
}

await_rollout() {
    say "rollout: at most $timeout"
    change kube rollout status deployment/inference-service --timeout "$timeout" && return
    kube get pods --selector app.kubernetes.io/component=service >&2 || true
    fail "the pods are not ready after $timeout" \
        "kubectl -n $namespace logs deployment/inference-service and describe pods; src/docs/RUNBOOK.md has the causes"
}

run_tests() {
    [[ $test == yes ]] || return 0
    local next="kubectl -n $namespace logs -l app.kubernetes.io/component=test --prefix; src/docs/RUNBOOK.md has the causes"
    if [[ $by_helm == yes ]]; then
        change helm_here test "$release" --timeout "$timeout" --logs || fail "a test of the release failed" "$next"
        return
    fi
    change kube delete --ignore-not-found --filename "$rendered/tests.yaml" >/dev/null || true
    change kube apply --filename "$rendered/tests.yaml" || fail "the tests could not be started" "$next"
    change kube wait pods --selector app.kubernetes.io/component=test --for 'jsonpath={.status.phase}=Succeeded' \
        --timeout "$timeout" || fail "a test failed" "$next"
}

say_how_to_reach_it() {
    local host port scheme=http
    grep -q '^  tls:' "$rendered/service.yaml" && scheme=https
    host=$(awk '/^    - host: / { gsub(/"/, ""); print $3; exit }' "$rendered/service.yaml")
    port=$(setting PORT)
    say ""
    say "It serves. REST:"
    if [[ -n $host ]]; then
        say "  $scheme://$host/docs"
    fi
    say "  kubectl -n $namespace port-forward service/inference-service 8000:${port:-8000}   # then http://localhost:8000/docs"
    if [[ $chart_makes_secret == no && -z $(setting AUTH_ISSUER) ]]; then
        say "the first admin's key:"
        say "  kubectl -n $namespace get secret $secret -o go-template='{{.data.BOOTSTRAP_API_KEY | base64decode}}'"
    fi
    say "logs:"
    say "  kubectl -n $namespace logs -l app.kubernetes.io/component=service --prefix -f"
    say "routes, live:"
    say "  kubectl -n $namespace edit configmap $routes_map"
}

show_diff() {
    local status=0 other=0 hash state=same
    kube diff --filename "$rendered/service.yaml" || status=$?
    if [[ $image_routes == no ]]; then
        hash=$(routes_text | hash_of)
        state=$(routes_state "$hash")
    fi
    if [[ $state == edited ]]; then
        say "routes: $routes_map was edited in the cluster and stays; --overwrite-routes replaces it"
    elif [[ $state == other ]]; then
        routes_manifest "$hash" >"$work/routes.yaml"
        kube diff --server-side --force-conflicts --field-manager deploy-inference \
            --filename "$work/routes.yaml" || other=$?
        [[ $other -le $status ]] || status=$other
    fi
    [[ $status -le 1 ]] || fail "the differences could not be read" "check that namespace $namespace exists"
    [[ $status -ne 0 ]] || say "nothing would change"
    exit "$status"
}

uninstall() {
    if [[ $by_helm == yes ]]; then
        if helm_here status "$release" >/dev/null 2>&1; then
            helm_here uninstall "$release" ||
                fail "the release $release could not be removed" "helm -n $namespace status $release"
        else
            say "there is no release $release in namespace $namespace"
        fi
    else
        kube delete --ignore-not-found --filename "$rendered/service.yaml" ||
            fail "the objects could not be removed" "kubectl -n $namespace get all"
    fi
    kube delete configmap "$routes_map" --ignore-not-found
    kube delete pods,configmaps,networkpolicies --ignore-not-found --selector app.kubernetes.io/component=test
    say "kept: the claims and Secret $secret, which hold what cannot be made again. To remove them as well:"
    say "  kubectl -n $namespace delete persistentvolumeclaims generated-images code-base"
    say "  kubectl -n $namespace delete secret $secret"
}

read_options "$@"
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kube_version=1.34.0
check_tools
check_files
read_env
read_values
set_chart_arguments
if [[ $action == render ]]; then
    render
    mkdir -p "$render_to"
    cp "$rendered"/*.yaml "$render_to/"
    say "rendered into $render_to: service.yaml, claims.yaml, tests.yaml"
    exit 0
fi
check_cluster
if [[ $action == uninstall ]]; then
    [[ $by_helm == yes ]] || render
    uninstall
    exit 0
fi
render
[[ $action != diff ]] || show_diff
check_rights
make_namespace
make_secret
make_routes
make_claims
install_chart
await_rollout
run_tests
if [[ $action == dry-run ]]; then
    say "nothing was changed"
else
    say_how_to_reach_it
fi
