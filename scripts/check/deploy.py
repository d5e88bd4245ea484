#!/usr/bin/env python3
"""Holds Dockerfile, docker-compose.yml, deploy/kubernetes and deploy/chaos-mesh to deploy/environment.json, to Kubernetes' schemas,
and to each other. Needs PyYAML and kubernetes-validate; no container engine."""

import json
import pathlib
import re
import sys

import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
KUBERNETES = ROOT / "deploy/kubernetes/base"
CHAOS = ROOT / "deploy/chaos-mesh"
KUBERNETES_VERSION = "1.31"
# Kinds that Kubernetes' schemas do not know.
CUSTOM_KINDS = {"keda.sh/v1alpha1": {"ScaledObject"}, "kustomize.config.k8s.io/v1beta1": {"Kustomization"}}
CHAOS_KINDS = {"PodChaos", "NetworkChaos", "StressChaos", "TimeChaos", "Workflow"}
ENVIRONMENT = json.loads((ROOT / "deploy/environment.json").read_text())
# The operators' command is called `tools` as an image.
PROCESS_OF = {"tools": "loyalnest"}
problems = []


def check(condition, problem):
    if not condition:
        problems.append(problem)


def check_environment(where, process, given, secrets_given):
    """`given`: names that are set; `secrets_given`: those whose value does not stand in the file."""
    known = ENVIRONMENT.get(PROCESS_OF.get(process, process))
    if known is None:
        problems.append(f"{where}: there is no process {process}")
        return
    for name in sorted(given - known.keys()):
        problems.append(f"{where}: {process} does not read {name}")
    for name, field in known.items():
        check(not field["required"] or name in given, f"{where}: {process} needs {name}")
        check(not field["secret"] or name not in given or name in secrets_given, f"{where}: the secret {name} stands in the file")


def check_dockerfile():
    text = (ROOT / "Dockerfile").read_text()
    stages = {}
    for part in re.split(r"(?m)^FROM ", text)[1:]:
        base, name = re.match(r"(\S+) AS (\S+)", part).groups()
        stages[name] = part
        check(base in stages or (":" in base and not base.endswith(":latest")), f"Dockerfile: {base} has no version")
    for process in ENVIRONMENT:
        target = "tools" if process == "loyalnest" else process
        stage = stages.get(target, "")
        check(f"/usr/local/bin/loyalnest{'' if target == 'tools' else '-' + target}\"" in stage, f"Dockerfile: no target {target}")
        user = re.findall(r"(?m)^USER (\d+)", stage)
        check(user and user[-1] != "0", f"Dockerfile: {target} runs as root")
        check("HEALTHCHECK" in stage or target == "tools", f"Dockerfile: {target} has no health check")
        set_here = set(re.findall(r"(\w+_ADDR)=", stage))
        check(set_here <= ENVIRONMENT[process].keys(), f"Dockerfile: {target} does not read {set_here}")
    for copied in re.findall(r"(?m)^COPY (?:--chmod=\S+ )?(?!--from)(\S+) ", text):
        check((ROOT / copied).exists(), f"Dockerfile: {copied} does not exist")
    ignored = (ROOT / ".dockerignore").read_text()
    for member in re.findall(r'"([\w/*]+)"', re.search(r"(?m)^members = \[(.*)\]", (ROOT / "Cargo.toml").read_text()).group(1)):
        folder = member.split("/")[0]
        check(re.search(rf"(?m)^!{folder}$", ignored), f".dockerignore: the workspace's {folder} is not in the build")
    rust = re.search(r'rust-version = "([\d.]+)"', (ROOT / "Cargo.toml").read_text()).group(1)
    check(f"FROM rust:{rust}-" in text, f"Dockerfile: the toolchain is not {rust}")
    return stages


def check_compose(stages):
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services = compose["services"]
    for wanted in ("postgres", "redis", "api", "workers", "scheduler", "sandbox", "prometheus", "grafana", "loki"):
        check(wanted in services, f"docker-compose.yml: no service {wanted}")
    for name, service in services.items():
        where = f"docker-compose.yml {name}"
        for dependency in service.get("depends_on", []):
            check(dependency in services, f"{where}: depends on {dependency}")
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                check((ROOT / source).exists(), f"{where}: {source} does not exist")
            elif not source.startswith("/"):
                check(source in compose["volumes"], f"{where}: no volume {source}")
        if "build" not in service:
            tag = service["image"].rpartition(":")[2]
            check(re.match(r"v?\d", tag), f"{where}: the image has no version")
            continue
        target = service["build"]["target"]
        check(target in stages, f"{where}: Dockerfile has no target {target}")
        values = service.get("environment", {})
        hidden = {key for key, value in values.items() if "${" in str(value)}
        # A URL of Redis without a password is no secret.
        hidden |= {key for key, value in values.items() if key == "REDIS_URL" and "@" not in value}
        check_environment(where, target, set(values), hidden)
        check(service.get("read_only") is True, f"{where}: the root file system can be written")
        check(service.get("cap_drop") == ["ALL"], f"{where}: keeps capabilities")
    check("appendonly" in " ".join(services["redis"]["command"]).replace("-", ""), "docker-compose.yml redis: no append-only file")
    check("noeviction" in services["redis"]["command"], "docker-compose.yml redis: evicts")


def check_container(where, pod, container, config):
    target = container["image"].removeprefix("loyalnest-")
    given = {variable["name"] for variable in container.get("env", [])}
    hidden = {variable["name"] for variable in container.get("env", []) if "valueFrom" in variable}
    for source in container.get("envFrom", []):
        literals = config.get(source["configMapRef"]["name"])
        check(literals is not None, f"{where}: no config map {source['configMapRef']['name']}")
        given |= set(literals or [])
    check_environment(where, target, given, hidden)
    security = container.get("securityContext", {})
    check(pod["securityContext"].get("runAsNonRoot") is True, f"{where}: may run as root")
    check(security.get("readOnlyRootFilesystem") is True, f"{where}: the root file system can be written")
    check(security.get("allowPrivilegeEscalation") is False, f"{where}: may gain privileges")
    check(security.get("capabilities", {}).get("drop") == ["ALL"], f"{where}: keeps capabilities")
    check("memory" in container["resources"]["limits"], f"{where}: no limit of memory")
    for address in [variable for variable in container.get("env", []) if variable["name"].endswith("_ADDR")]:
        port = int(address["value"].rpartition(":")[2])
        check(port in [p["containerPort"] for p in container["ports"]], f"{where}: port {port} of {address['name']} is not exposed")


def check_kubernetes():
    kustomization = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
    config = {
        map_["name"]: [literal.split("=")[0] for literal in map_["literals"]] for map_ in kustomization["configMapGenerator"]
    }
    files = {file.name for file in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml"}
    check(files == set(kustomization["resources"]), "deploy/kubernetes/base: kustomization.yaml does not list the files that are there")
    documents = []
    for file in sorted(KUBERNETES.parent.rglob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            where = f"{file.relative_to(ROOT)} {document['kind']}"
            documents.append((where, document))
            if document["kind"] in CUSTOM_KINDS.get(document["apiVersion"], ()):
                continue
            try:
                kubernetes_validate.validate(document, KUBERNETES_VERSION, strict=True)
            except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
                problems.append(f"{where}: {error}")
    named = {(document["kind"], document.get("metadata", {}).get("name")) for _, document in documents}
    components = set()
    for where, document in documents:
        if document["kind"] not in ("Deployment", "Job"):
            continue
        name, pod = document["metadata"]["name"], document["spec"]["template"]["spec"]
        labels = document["spec"]["template"]["metadata"]["labels"]
        components.add(labels["app.kubernetes.io/component"])
        for container in pod["containers"]:
            check_container(where, pod, container, config)
            if document["kind"] == "Deployment":
                for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                    check(container[probe]["httpGet"]["port"] in [p["name"] for p in container["ports"]], f"{where}: {probe}")
        if document["kind"] == "Deployment":
            check(document["spec"]["selector"]["matchLabels"].items() <= labels.items(), f"{where}: selects other pods than its own")
            check(("PodDisruptionBudget", name) in named, f"{where}: no disruption budget")
            check(pod.get("topologySpreadConstraints"), f"{where}: is not spread")
            scaled = {("HorizontalPodAutoscaler", name), ("ScaledObject", name)} & named
            check(bool(scaled) != ("replicas" in document["spec"]), f"{where}: either an autoscaler or a number of replicas")
    check_queries(documents)
    return components


def check_queries(documents):
    """What the autoscaler asks Prometheus is in the catalogue of metrics."""
    metrics = (ROOT / "docs/metrics.md").read_text()
    for where, document in documents:
        for trigger in document["spec"].get("triggers", []) if document["kind"] == "ScaledObject" else []:
            names = re.findall(r"([a-z]+(?:_[a-z]+)+)\{", trigger["metadata"]["query"])
            check(names and all(f"`{name}`" in metrics for name in names), f"{where}: no such metric: {trigger['metadata']['query']}")


def check_chaos(components):
    rows = set(re.findall(r"(?m)^\| `([\w-]+)`", (ROOT / "docs/fault-matrix.md").read_text()))
    for file in sorted(CHAOS.glob("*.yaml")):
        document = yaml.safe_load(file.read_text())
        where = str(file.relative_to(ROOT))
        check(document["apiVersion"] == "chaos-mesh.org/v1alpha1" and document["kind"] in CHAOS_KINDS, f"{where}: not of Chaos Mesh")
        row = document["metadata"]["annotations"]["loyalnest.example/fault-matrix-row"]
        check(row in rows, f"{where}: docs/fault-matrix.md has no row {row}")
        for component in re.findall(r"app.kubernetes.io/component: (\w+)", file.read_text()):
            check(component in components, f"{where}: no deployment {component}")
        for template in document["spec"].get("templates", []):
            for child in template.get("children", []):
                check(child in [t["name"] for t in document["spec"]["templates"]], f"{where}: no template {child}")
        if document["kind"] != "Workflow":
            check({"mode", "selector"} <= document["spec"].keys(), f"{where}: no mode or selector")


def main():
    check_compose(check_dockerfile())
    check_chaos(check_kubernetes())
    if problems:
        sys.exit("\n".join(problems))


main()
