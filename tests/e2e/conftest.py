"""Every end-to-end test of recording is done twice: over OTLP gRPC and over OTLP HTTP."""

import pytest

from tests.e2e.agents import Agents


@pytest.fixture(scope="module", params=["grpc", "http/protobuf"])
def agents(jaeger, request) -> Agents:
    return Agents(jaeger, request.param)
