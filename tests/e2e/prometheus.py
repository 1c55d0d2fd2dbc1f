"""A real Prometheus for end-to-end tests, which scrapes one address that a test serves metrics at."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.e2e.server_process import folder_of, serving, wait_for
from tests.patience import PATIENCE_S
from tests.ports import free_ports
from tools.backends import PROMETHEUS

_SCRAPE_S = 0.2


class Prometheus:
    """The address of a running Prometheus, the port it scrapes, and what can be asked of it."""

    def __init__(self, query_url: str, scraped_port: int) -> None:
        self.query_url = query_url
        self.scraped_port = scraped_port

    def query(self, promql: str, until: Callable[[list[dict[str, Any]]], bool] = bool) -> list[dict[str, Any]]:
        """Return the rows of an instant query, each with ``metric`` and ``value``, waiting until they are as wished.

        Fails the test at once when Prometheus refuses the query, and with the last rows when the deadline passes.
        """
        path = f"/api/v1/query?{urllib.parse.urlencode({'query': promql})}"
        return wait_for(lambda: self._result(path), until, promql)

    def label_values(self, label: str, match: str) -> list[str]:
        """Return the values of a label among the series that a selector matches."""
        path = f"/api/v1/label/{label}/values?{urllib.parse.urlencode({'match[]': match})}"
        return self._result(path)

    def _result(self, path: str) -> list[Any]:
        try:
            with urllib.request.urlopen(self.query_url + path, timeout=PATIENCE_S) as answer:
                data = json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"Prometheus answered {error.code} to {path}: {error.read(500)!r}") from error
        return data["result"] if isinstance(data, dict) else data


@contextmanager
def running_prometheus() -> Iterator[Prometheus]:
    """Yield a Prometheus that was started here and is stopped afterwards; nothing listens on its scraped port yet.

    Raises BackendUnavailableError when there is no binary to start.
    """
    binary = PROMETHEUS.find()
    with folder_of("Prometheus") as folder:
        port, scraped = free_ports(2)
        config = folder / "prometheus.yml"
        config.write_text(
            json.dumps(
                {
                    "global": {"scrape_interval": f"{int(_SCRAPE_S * 1000)}ms"},
                    "scrape_configs": [
                        {"job_name": "agents", "static_configs": [{"targets": [f"127.0.0.1:{scraped}"]}]},
                    ],
                }
            )
        )
        url = f"http://127.0.0.1:{port}"
        command = [
            binary,
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
        ]
        with serving("Prometheus", command, f"{url}/-/ready", folder):
            yield Prometheus(url, scraped)
