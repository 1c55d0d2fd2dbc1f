"""What users load into Grafana: dashboards that fit its format, and provisioning that leads to them."""

from itertools import combinations

import pytest
import yaml

from tests.e2e.dashboards import FOLDER, dashboard, queries

DASHBOARDS = ("metrics", "traces")
PLUGINS = {"metrics": "prometheus", "traces": "tempo"}


@pytest.mark.parametrize("name", DASHBOARDS)
def test_every_panel_has_its_own_id_title_and_place(name):
    panels = dashboard(name)["panels"]
    for of in ("id", "title"):
        assert len({panel[of] for panel in panels}) == len(panels)
    assert all(panel["description"] for panel in panels)
    for one, other in combinations([panel["gridPos"] for panel in panels], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        beneath = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or beneath, (one, other)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_every_query_goes_to_the_data_source_that_is_chosen_above(name):
    chosen = {"type": PLUGINS[name], "uid": "${datasource}"}
    board = dashboard(name)
    (source,) = [variable for variable in board["templating"]["list"] if variable["type"] == "datasource"]
    assert (source["name"], source["query"]) == ("datasource", PLUGINS[name])
    for panel in board["panels"]:
        assert panel["datasource"] == chosen
        assert [target["datasource"] for target in panel["targets"]] == [chosen] * len(panel["targets"])
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


@pytest.mark.parametrize("name", DASHBOARDS)
def test_every_variable_of_a_query_is_one_of_the_dashboard_or_of_grafana(name):
    own = {variable["name"]: "x" for variable in dashboard(name)["templating"]["list"]}
    texts = [query.filled(**own, __range="1h", __interval="1m", __rate_interval="1m") for query in queries(name)]
    assert texts
    assert not [text for text in texts if "$" in text]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_links_lead_to_dashboards_that_are_there(name):
    uids = {dashboard(each)["uid"] for each in DASHBOARDS}
    urls = [link["url"] for link in dashboard(name)["links"]]
    for panel in dashboard(name)["panels"]:
        for override in panel["fieldConfig"]["overrides"]:
            urls += [link["url"] for of in override["properties"] for link in of["value"]]
    assert urls
    assert {url.removeprefix("/d/").partition("?")[0] for url in urls} <= uids


def read(path):
    return yaml.safe_load((FOLDER / path).read_text())


def test_the_folder_is_put_where_grafana_looks_for_it():
    grafana = read("compose.yaml")["services"]["grafana"]
    mounts = dict(mount.split(":")[:2] for mount in grafana["volumes"])
    assert mounts["./provisioning"] == "/etc/grafana/provisioning"
    (provider,) = read("provisioning/dashboards/dashboards.yaml")["providers"]
    assert mounts["./dashboards"] == provider["options"]["path"]


def test_provisioned_data_sources_are_those_of_the_dashboards_and_answer_in_the_network():
    services = read("compose.yaml")["services"]
    sources = read("provisioning/datasources/datasources.yaml")["datasources"]
    assert {source["type"] for source in sources} == set(PLUGINS.values())
    for source in sources:
        host = source["url"].removeprefix("http://").partition(":")[0]
        assert host in services


def test_prometheus_scrapes_what_the_page_tells_agents_to_serve():
    (job,) = read("prometheus.yml")["scrape_configs"]
    (target,) = job["static_configs"][0]["targets"]
    host, port = target.split(":")
    assert f"start_http_server({port}" in (FOLDER / "README.md").read_text()
    assert f"{host}:host-gateway" in read("compose.yaml")["services"]["prometheus"]["extra_hosts"]
