"""Every end-to-end test of recording is done with each backend, over OTLP gRPC and over OTLP HTTP."""

import pytest

from tests.e2e.agents import Agents

PROTOCOLS = ("grpc", "http/protobuf")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((backend, protocol), id=f"{backend}-{protocol}")
        for backend in ("jaeger", "tempo")
        for protocol in PROTOCOLS
    ],
)
def agents(request) -> Agents:
    backend, protocol = request.param
    return Agents(request.getfixturevalue(backend), protocol)


@pytest.fixture(scope="module", params=PROTOCOLS)
def agents_of_jaeger(jaeger, request) -> Agents:
    return Agents(jaeger, request.param)


@pytest.fixture(scope="module", params=PROTOCOLS)
def agents_of_tempo(tempo, request) -> Agents:
    return Agents(tempo, request.param)
