"""Who serves a model, in the words of the GenAI conventions, whatever an instrumentation calls it."""

from __future__ import annotations

from typing import Any

UNKNOWN = "unknown"
"""The provider of a call whose span does not say it, nor a model that tells."""

# As the GenAI registry has them.
_NAMES = (
    "anthropic",
    "aws.bedrock",
    "azure.ai.inference",
    "azure.ai.openai",
    "cohere",
    "deepseek",
    "gcp.gemini",
    "gcp.gen_ai",
    "gcp.vertex_ai",
    "groq",
    "ibm.watsonx.ai",
    "mistral_ai",
    "moonshot_ai",
    "openai",
    "perplexity",
    "x_ai",
)
_ALIASES = {
    **{name: name for name in _NAMES},
    "amazon-bedrock": "aws.bedrock",
    "aws": "aws.bedrock",
    "aws_bedrock": "aws.bedrock",
    "bedrock": "aws.bedrock",
    "az.ai.inference": "azure.ai.inference",
    "az.ai.openai": "azure.ai.openai",
    "azure": "azure.ai.openai",
    "azure-openai": "azure.ai.openai",
    "azure_openai": "azure.ai.openai",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "google_genai": "gcp.gemini",
    "google.generative-ai": "gcp.gemini",
    "google-gla": "gcp.gemini",
    "google-vertex": "gcp.vertex_ai",
    "google.vertex": "gcp.vertex_ai",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "moonshot": "moonshot_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}
_MODELS = (
    ("gpt-", "openai"),
    ("chatgpt-", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("text-embedding-3", "openai"),
    ("text-embedding-ada", "openai"),
    ("claude", "anthropic"),
    ("gemini", "gcp.gemini"),
    ("mistral", "mistral_ai"),
    ("command", "cohere"),
    ("deepseek", "deepseek"),
    ("grok", "x_ai"),
)


def provider_name(given: Any, model: Any) -> str:
    """The provider's name.

    Args:
        given: what a span calls it; names that are not known stay as they are.
        model: tells where nothing is given.
    """
    if isinstance(given, str) and given:
        name = _ALIASES.get(given)
        return name or _known(given.lower()) or given
    if isinstance(model, str):
        for prefix, name in _MODELS:
            if model.startswith(prefix):
                return name
    return UNKNOWN


def _known(given: str) -> str | None:
    # Vercel's SDK adds the API: `openai.chat`, `google.vertex.chat`.
    while given not in _ALIASES and "." in given:
        given = given.rpartition(".")[0]
    return _ALIASES.get(given)
