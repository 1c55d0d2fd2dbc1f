"""What users copy to run a backend of their own: files that fit together, and an agent that finds Jaeger with them."""

import subprocess
from urllib.parse import urlsplit

import pytest
import yaml

from tests.wheel import ROOT
from warpmetrics_otel import ids, semconv

EXAMPLES = ROOT / "examples"
BACKENDS = ("jaeger", "tempo")
FOLDERS = (*BACKENDS, "grafana")


def variables_of(backend):
    lines = (EXAMPLES / backend / "otel.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def services_of(backend):
    return yaml.safe_load((EXAMPLES / backend / "compose.yaml").read_text())["services"]


def published(service):
    """The ports of this machine, and the ports in the container that they lead to."""
    ports = {}
    for entry in service["ports"]:
        address, outside, inside = entry.rsplit(":", 2)
        assert address == "127.0.0.1", f"{entry} is open to the network"
        ports[int(outside)] = int(inside)
    return ports


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_endpoint_of_the_agent_is_a_port_that_is_published(backend):
    endpoint = urlsplit(variables_of(backend)["OTEL_EXPORTER_OTLP_ENDPOINT"])
    assert endpoint.hostname == "127.0.0.1"
    assert published(services_of(backend)[backend])[endpoint.port] == 4318


@pytest.mark.parametrize("backend", FOLDERS)
def test_images_are_pinned_and_mounted_files_are_there(backend):
    compose = yaml.safe_load((EXAMPLES / backend / "compose.yaml").read_text())
    for service in compose["services"].values():
        _, _, version = service["image"].partition(":")
        assert version.removeprefix("v")[0].isdigit()
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            named = source in compose.get("volumes", {})
            assert named or (EXAMPLES / backend / source).exists(), mount


def test_tempo_listens_where_its_ports_lead_and_where_grafana_asks():
    config = yaml.safe_load((EXAMPLES / "tempo" / "tempo.yaml").read_text())
    receivers = config["distributor"]["receivers"]["otlp"]["protocols"].values()
    listening = [int(receiver["endpoint"].rpartition(":")[2]) for receiver in receivers]
    assert sorted(published(services_of("tempo")["tempo"]).values()) == [
        config["server"]["http_listen_port"],
        *listening,
    ]
    (source,) = yaml.safe_load((EXAMPLES / "tempo" / "grafana-datasource.yaml").read_text())["datasources"]
    asked = urlsplit(source["url"])
    assert (asked.hostname, asked.port) == ("tempo", config["server"]["http_listen_port"])


def test_tempo_takes_its_configuration(tempo_binary):
    config = EXAMPLES / "tempo" / "tempo.yaml"
    done = subprocess.run(
        [tempo_binary, f"-config.file={config}", "-config.verify=true"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.wheel
def test_an_agent_with_the_variables_of_the_folder_is_found_in_jaeger(jaeger, said_by_example):
    variables = {**variables_of("jaeger"), "OTEL_EXPORTER_OTLP_ENDPOINT": jaeger.otlp_http_url}
    first = said_by_example("run_follow_up.py", **variables).strip()

    origin = jaeger.trace(f"{ids.trace_id_of(first):032x}", until=lambda spans: len(spans) == 2)
    assert {span.name for span in origin} == {"invoke_workflow Code review", "chat gpt-4o"}
    (found,) = jaeger.search(variables["OTEL_SERVICE_NAME"], {semconv.WARPMETRICS_CHAIN_ID: first}, until=bool)
    (follow_up,) = [span for span in jaeger.trace(found) if span.links]
    assert follow_up.attributes[semconv.WARPMETRICS_FOLLOWS_ACT_NAME] == "retry"
    assert follow_up.links[0].trace_id == f"{ids.trace_id_of(first):032x}"
