"""Nodes of graphs (LangGraph and its like), as tracers of LangChain tell of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel.translate.dialects.values import parsed

_NODE = "langgraph_node"
_NODE_ID = "graph.node.id"
# LangGraph tells what runs inside of a node its name too, in the metadata that LangChain hands down.
_METADATA = "metadata"
_LANGFUSE_METADATA = "langfuse.observation.metadata.langgraph_node"


def is_graph_node(name: str, attributes: Mapping[str, Any]) -> bool:
    """Whether a span is a node of a graph itself, rather than something that runs inside of one.

    Args:
        name: the span's; a node's is that of the node.
        attributes: the span's.
    """
    if _NODE_ID in attributes:
        return True
    node = attributes.get(_LANGFUSE_METADATA)
    if node is None:
        metadata = attributes.get(_METADATA)
        if not isinstance(metadata, str) or _NODE not in metadata:
            return False
        read = parsed(metadata)
        node = read.get(_NODE) if isinstance(read, dict) else None
    return isinstance(node, str) and node == name
