#!/usr/bin/env bash
# Checks an env.yaml (a ConfigMap and a Secret, such as that of the FastAPI service) against the settings of this
# service, and says of each name what becomes of it. Exit status: 0 if all names are known, 1 if not, 2 for a file that
# cannot be read.
#
#   helm-chart/check-env.sh env.yaml            the report
#   helm-chart/check-env.sh --values env.yaml   the ConfigMap as values of the chart
#   helm-chart/check-env.sh --secrets env.yaml  the names of the Secret's entries, a line each
#   helm-chart/check-env.sh --secret NAME env.yaml   the value of one, on standard output

set -euo pipefail

folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    sed -n '2,/^$/{s/^# \{0,1\}//;p;}' "${BASH_SOURCE[0]}"
}

# Names that the FastAPI service read and this one does not: "NAME<tab>what to do".
gone() {
    cat <<'GONE'
REDIS_CONVERSATION_TTL	delete it: PostgreSQL keeps conversations; CONVERSATION_RETENTION_DAYS says how long
REDIS_SUMMARY_TTL	delete it: summaries are kept with their conversation
REDIS_POOL_SIZE	delete it: one connection serves all threads
REDIS_MIN_IDLE_CONNECTIONS	delete it: one connection serves all threads
GONE
}

# Prints "kind<tab>name<tab>value" for each entry of data and stringData, with \\, \n and the byte 1 for backslash, new
# line and tab. The kind of an encoded entry is Secret64.
# Reads what such a file consists of: documents, scalars (plain, quoted, and | and > blocks), comments. Anything else is
# refused rather than guessed.
entries() {
    awk -v single="'" '
        function fail(what) { printf "%s:%d: %s\n", FILENAME, FNR, what > "/dev/stderr"; failed = 1; exit 2 }
        # Not gsub, whose replacement with backslashes differs between versions of awk.
        function replaced(value, from, to,    out, place) {
            out = ""
            while ((place = index(value, from)) > 0) {
                out = out substr(value, 1, place - 1) to
                value = substr(value, place + length(from))
            }
            return out value
        }
        function show(value) {
            value = replaced(replaced(replaced(value, "\\", "\\\\"), "\n", "\\n"), "\t", "\001")
            printf "%s%s\t%s\t%s\n", kind, (section == "data" && kind == "Secret" ? "64" : ""), name, value
        }
        # Kinds may come after the data in a document, so that entries wait for its end.
        function finish(    i) {
            end_block()
            for (i = 1; i <= held; i++) {
                section = sections[i]; name = names[i]
                if (kind == "ConfigMap" || kind == "Secret") show(values[i])
            }
            if (held && kind != "ConfigMap" && kind != "Secret") fail("data of a " (kind == "" ? "document without kind" : kind))
            held = 0; kind = ""; section = ""
        }
        function hold(value) { held++; sections[held] = section; names[held] = name; values[held] = value }
        function end_block() {
            if (!block) return
            if (chomp != "+") sub(/\n+$/, "", text)
            if (chomp == "" && text != "") text = text "\n"
            block = 0; hold(text)
        }
        function unquoted(value,    quote, rest, i, c, out) {
            quote = substr(value, 1, 1)
            if (quote == single) {
                rest = substr(value, 2)
                if (!match(rest, "^([^" single "]|" single single ")*" single)) fail("a quoted value ends on another line")
                out = substr(rest, 1, RLENGTH - 1); rest = substr(rest, RLENGTH + 1)
                if (rest !~ /^[ \t]*(#.*)?$/) fail("text after a quoted value")
                gsub(single single, single, out)
                return out
            }
            if (quote == "\"") {
                out = ""
                for (i = 2; i <= length(value); i++) {
                    c = substr(value, i, 1)
                    if (c == "\"") {
                        if (substr(value, i + 1) !~ /^[ \t]*(#.*)?$/) fail("text after a quoted value")
                        return out
                    }
                    if (c == "\\") {
                        c = substr(value, ++i, 1)
                        if (c == "n") c = "\n"
                        else if (c == "t") c = "\t"
                        else if (c != "\"" && c != "\\" && c != "/") fail("the escape \\" c)
                    }
                    out = out c
                }
                fail("a quoted value ends on another line")
            }
            if (value ~ /^[{\[&*!|>%@`]/) fail("a value that begins with " quote)
            sub(/[ \t]+#.*$/, "", value); sub(/[ \t]+$/, "", value)
            if (value ~ /:([ \t]|$)/) fail("a value with a colon, which needs quotes")
            if (value == "~" || value == "null") value = ""
            return value
        }
        { sub(/\r$/, "") }
        block {
            match($0, /^ */); indent = RLENGTH
            if ($0 ~ /^[ \t]*$/) { text = text "\n"; next }
            if (indent > parent) {
                if (!depth) depth = indent
                line = substr($0, depth + 1)
                if (style == ">") {
                    if (text != "" && text !~ /\n$/) text = text " " line; else text = text line
                } else text = text line "\n"
                next
            }
            end_block()
        }
        /^[ \t]*(#.*)?$/ { next }
        /^---/ { finish(); next }
        /\{\{/ { fail("a template of Helm: render it first, with helm template --show-only templates/env.yaml") }
        /^\t/ { fail("a tab at the beginning of a line") }
        /^[^ ]/ {
            if ($0 !~ /^[A-Za-z]+:/) fail("not a line of an object: " $0)
            key = $0; sub(/:.*/, "", key); value = $0; sub(/^[A-Za-z]+:[ \t]*/, "", value)
            if (key == "kind") kind = unquoted(value)
            section = (key == "data" || key == "stringData") ? key : ""
            if (section != "" && value !~ /^(\{\}[ \t]*)?(#.*)?$/) fail(key " on one line")
            width = 0
            next
        }
        section == "" { next }
        {
            match($0, /^ +/); indent = RLENGTH
            if (!width) width = indent
            if (indent != width) fail("a nested entry, or a value on several lines")
            line = substr($0, indent + 1)
            if (!match(line, /^"?[A-Za-z_][A-Za-z0-9_.-]*"?[ \t]*:([ \t]|$)/)) fail("not an entry NAME: value")
            name = substr(line, 1, RLENGTH); gsub(/[": \t]/, "", name)
            value = substr(line, RLENGTH + 1); sub(/^[ \t]+/, "", value)
            if (value ~ /^#/) value = ""
            if (value ~ /^[|>][+-]?[ \t]*(#.*)?$/) {
                block = 1; style = substr(value, 1, 1); chomp = substr(value, 2, 1)
                if (chomp !~ /[+-]/) chomp = ""
                text = ""; depth = 0; parent = indent
                next
            }
            hold(unquoted(value))
        }
        END { if (!failed) finish(); if (failed) exit 2 }
    ' "$1"
}

# What is known about names, and the entries found: "K|G<tab>name<tab>what", "E<tab>kind<tab>name<tab>value".
facts() {
    awk '!/^#/ { print "K\t" $1 "\t" $2 }' "$folder/settings.txt"
    gone | awk '{ print "G\t" $0 }'
    awk '{ print "E\t" $0 }' <<<"$found"
}

plain_value() { # the value of a line of entries, as it was
    local value=$2
    value=${value//\\\\/$'\002'}
    value=${value//\\n/$'\n'}
    value=${value//$'\001'/$'\t'}
    value=${value//$'\002'/\\}
    if [[ $1 == Secret64 ]]; then
        printf '%s' "$value" | tr -d ' \n' | base64 -d
    else
        printf '%s' "$value"
    fi
}

report() {
    facts | awk -F'\t' '
        function least(a, b) { return a < b ? a : b }
        # Letters to insert, delete or replace.
        function distance(a, b,    i, j, n, m, d) {
            n = length(a); m = length(b)
            for (i = 0; i <= n; i++) d[i, 0] = i
            for (j = 0; j <= m; j++) d[0, j] = j
            for (i = 1; i <= n; i++) for (j = 1; j <= m; j++)
                d[i, j] = least(least(d[i - 1, j] + 1, d[i, j - 1] + 1),
                                d[i - 1, j - 1] + (substr(a, i, 1) != substr(b, j, 1)))
            return d[n, m]
        }
        function hint(name,    other, far, best, smallest) {
            smallest = length(name) / 3
            for (other in known) {
                far = distance(name, other)
                if (far < smallest || far == smallest && (best == "" || other < best)) { best = other; smallest = far }
            }
            return best == "" ? "" : "; did you mean " best "?"
        }
        function verdict(kind, name,    of) {
            of = name; sub(/_FILE$/, "", of)
            if (name in known) return known[name] == "secret" && kind == "ConfigMap" \
                ? "move it into the Secret: it is a secret" : "ok"
            if (of != name && known[of] == "secret") return "ok"
            if (name in gone) return gone[name]
            if (kind == "Secret") return "not a setting: passed on, for backends.yaml and routes"
            unknown = 1
            return "unknown" hint(name)
        }
        $1 == "K" { known[$2] = $3 }
        $1 == "G" { gone[$2] = $3 }
        $1 == "E" { kind = $2; sub(/64$/, "", kind); printf "%-36s %-10s %s\n", $3, kind, verdict(kind, $3) }
        END { exit unknown }'
}

# Values in double quotes of YAML, where \\ and \n are what entries made of them.
values() {
    echo "config:"
    facts | awk -F'\t' '
        function quoted(value,    out, i, c) {
            for (i = 1; i <= length(value); i++) {
                c = substr(value, i, 1)
                out = out (c == "\"" ? "\\\"" : c == "\001" ? "\\t" : c)
            }
            return "\"" out "\""
        }
        $1 == "G" { gone[$2] = 1 }
        $1 == "E" && $2 == "ConfigMap" && !($3 in gone) { printf "  %s: %s\n", $3, quoted($4) }'
}

mode=report
wanted=
case ${1:-} in
    --help | -h) usage; exit 0 ;;
    --values | --secrets) mode=${1#--}; shift ;;
    --secret) mode=secret; wanted=${2:-}; shift; shift || true ;;
esac
if [[ $# -ne 1 ]]; then
    usage >&2
    exit 2
fi
[[ -r $1 ]] || { echo "$1 cannot be read; name the env.yaml to check" >&2; exit 2; }
found=$(entries "$1") || exit 2
[[ -n $found ]] || { echo "$1 holds no ConfigMap and no Secret with entries" >&2; exit 2; }

case $mode in
    report) report ;;
    values) values ;;
    secrets) awk -F'\t' '$1 ~ /^Secret/ { print $2 }' <<<"$found" | sort -u ;;
    secret)
        while IFS=$'\t' read -r kind name value; do
            if [[ $kind == Secret* && $name == "$wanted" ]]; then
                plain_value "$kind" "$value"
                exit 0
            fi
        done <<<"$found"
        echo "there is no $wanted in the Secret of $1" >&2
        exit 1
        ;;
esac
