"""Serve one of the web examples: `python examples/serve.py streaming_endpoint.app`, on PORT or 8000."""

import os
import sys

import uvicorn
from local_model import local_model

if __name__ == "__main__":
    with local_model():
        uvicorn.run(f"{sys.argv[1]}:app", port=int(os.environ.get("PORT", "8000")))
