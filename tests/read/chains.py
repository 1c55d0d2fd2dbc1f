"""The chains in a file that a test has written."""

from warpmetrics_otel.read import assemble, read_spans


def read(span_file):
    return assemble(read_spans(span_file.path))


def only_chain(span_file):
    chains = read(span_file)
    assert chains.unattached == []
    (chain,) = chains.chains
    return chain
