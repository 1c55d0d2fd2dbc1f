"""What listens where an OTLP/gRPC exporter sends: the spans that arrive, as the records of `tests.e2e.otlp_json`."""

from concurrent.futures import ThreadPoolExecutor
from typing import Self

import grpc
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

from tests.e2e.otlp_json import Span, spans_of


class GrpcReceiver(TraceServiceServicer):
    """Listens on a free port of 127.0.0.1 in a `with`; refuses messages over 4 MiB, as collectors do."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._server = grpc.server(ThreadPoolExecutor(1))
        add_TraceServiceServicer_to_server(self, self._server)
        self._port = self._server.add_insecure_port("127.0.0.1:0")

    @property
    def endpoint(self) -> str:
        """What the exporter takes."""
        return f"127.0.0.1:{self._port}"

    def Export(self, request: ExportTraceServiceRequest, context: grpc.ServicerContext) -> ExportTraceServiceResponse:
        """Keep the spans of one request."""
        self.spans += spans_of(MessageToDict(request))
        return ExportTraceServiceResponse()

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._server.stop(None).wait()
