"""Call data to GenAI messages. (The capture helper replaces this file.)"""


def input_messages(data):  # type: ignore[no-untyped-def]
    return [{"role": "user", "parts": [{"type": "text", "content": str(data.messages)}]}] if data.messages else None


def output_messages(data):  # type: ignore[no-untyped-def]
    return [{"role": "assistant", "parts": [{"type": "text", "content": data.response}]}] if data.response else None


def system_instructions(data):  # type: ignore[no-untyped-def]
    return None
