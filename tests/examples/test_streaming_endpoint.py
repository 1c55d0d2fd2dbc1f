"""An endpoint that streams, read by fifty clients at once of which half leave midway."""

import json
import re
import socket
import urllib.parse
from collections import Counter, defaultdict

import pytest

from tests.examples.serving import serving
from tests.otlp_receiver import OtlpReceiver
from tests.patience import PATIENCE_S
from warpmetrics_otel import semconv
from warpmetrics_otel.testing import Answer, Hold, ProviderServer

pytestmark = pytest.mark.wheel

CLIENTS = range(50)
LEAVING = set(CLIENTS[::2])
# Of those who leave, these do so while the endpoint is sending and not while it waits for the model.
LEAVING_WHILE_SENT_TO = set(CLIENTS[::10])
ANSWER = "Bees tell each other by a dance where the flowers are."
# A first word that is more than the buffers between the endpoint and a client that does not read can hold.
LONG_ANSWER = "Bees" + "z" * 6_000_000 + " dance."


class Model:
    """Answers each question under a model name of its own, and holds streams after their first word."""

    def __init__(self):
        self.holds = {}

    def __call__(self, request):
        number = int(re.search(r"question (\d+)", request.prompt)[1])
        if not request.stream:
            return Answer(text="bees dance", model=f"words-{number}")
        hold = self.holds[number] = Hold()
        text = LONG_ANSWER if number in LEAVING_WHILE_SENT_TO else ANSWER
        return Answer(text=text, model=f"answer-{number}", hold=hold)


class Reader:
    """One client, with a socket of its own so that it can leave."""

    def __init__(self, port, number):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        query = urllib.parse.urlencode({"question": f"question {number}"})
        self._socket.sendall(f"GET /answer?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        self.received = b""

    def read_first_word(self):
        while b"Bees" not in self.received:
            piece = self._socket.recv(4096)
            assert piece, self.received
            self.received += piece

    def read_to_the_end(self):
        while piece := self._socket.recv(4096):
            self.received += piece
        self._socket.close()
        _, _, body = self.received.partition(b"\r\n\r\n")
        return "".join(re.findall(r"[0-9a-f]+\r\n(.*?)\r\n", body.decode()))

    def leave(self):
        self._socket.close()


def runs_among(spans):
    return [span for span in spans if span.attributes.get(semconv.WARPMETRICS_ENTITY_TYPE) == "run"]


@pytest.fixture(scope="module")
def recorded(wheel_python, examples):
    """What the service exported and said while its clients came and went."""
    model = Model()
    with OtlpReceiver() as receiver, ProviderServer(model) as provider:
        variables = {
            "OPENAI_API_KEY": "local",
            "OPENAI_BASE_URL": provider.openai_base_url,
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
            "OTEL_BSP_SCHEDULE_DELAY": "50",
        }
        with serving(wheel_python, examples, "streaming_endpoint.app", **variables) as service:
            readers = {number: Reader(service.port, number) for number in CLIENTS}
            for reader in readers.values():
                reader.read_first_word()
            for number in LEAVING:
                readers[number].leave()
            # Those who left are seen to have left while the model has still more to say to everyone.
            receiver.wait(lambda spans: len(runs_among(spans)) == len(LEAVING))
            for number in CLIENTS:
                model.holds[number].release()
            texts = {number: readers[number].read_to_the_end() for number in set(CLIENTS) - LEAVING}
        return receiver.spans, service.complaints, texts


def traces_of(spans):
    traces = defaultdict(list)
    for span in spans:
        traces[span.trace_id].append(span)
    return traces


def test_nothing_is_complained_about(recorded):
    assert recorded[1] == []


def test_who_stays_reads_all_of_it(recorded):
    assert recorded[2] == dict.fromkeys(set(CLIENTS) - LEAVING, ANSWER)


def test_every_run_has_ended_once_and_says_how(recorded):
    spans = recorded[0]
    assert Counter(span.span_id for span in spans).most_common(1)[0][1] == 1
    assert Counter(run.attributes[semconv.WARPMETRICS_OUTCOME_NAME] for run in runs_among(spans)) == {
        "Abandoned": len(LEAVING),
        "Completed": len(CLIENTS) - len(LEAVING),
    }
    assert {run.status for run in runs_among(spans)} == {"UNSET"}


def test_every_span_is_under_the_run_of_its_own_request(recorded):
    questions = []
    for trace in traces_of(recorded[0]).values():
        (run,) = runs_among(trace)
        (group,) = [span for span in trace if span.name == "Search words"]
        number = int(re.search(r"\d+", json.loads(group.attributes[semconv.WARPMETRICS_OPTS])["question"])[0])
        calls = {span.attributes[semconv.GEN_AI_RESPONSE_MODEL]: span for span in trace if span.kind == "CLIENT"}
        assert {name: call.parent_id for name, call in calls.items()} == {
            f"words-{number}": group.span_id,
            f"answer-{number}": run.span_id,
        }
        assert len(trace) == 4
        assert group.parent_id == run.span_id
        outcome = "Abandoned" if number in LEAVING else "Completed"
        assert run.attributes[semconv.WARPMETRICS_OUTCOME_NAME] == outcome
        questions.append(number)
    assert sorted(questions) == list(CLIENTS)
