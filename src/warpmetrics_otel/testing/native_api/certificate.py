"""A self-signed certificate, made when a test needs one."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

_OPTIONS = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")


class Certificate:
    """Made with the `openssl` command.

    Args:
        host: the name or address it is for.
        folder: where its files go.

    Attributes:
        ca_file: what a client has to trust.

    Raises:
        RuntimeError: there is no `openssl` command.
    """

    def __init__(self, host: str, folder: Path) -> None:
        self.ca_file = folder / "certificate.pem"
        self._key_file = folder / "key.pem"
        openssl = shutil.which("openssl")
        if openssl is None:
            raise RuntimeError(f"a certificate for {host} is made with the openssl command: install OpenSSL")
        kind = "IP" if host.replace(".", "").isdigit() else "DNS"
        subprocess.run(  # noqa: S603 -- the arguments are a test's own
            [
                *(openssl, "req", *_OPTIONS, "-subj", f"/CN={host}", "-addext", f"subjectAltName={kind}:{host}"),
                *("-keyout", str(self._key_file), "-out", str(self.ca_file)),
            ],
            check=True,
            capture_output=True,
        )

    def server_context(self) -> ssl.SSLContext:
        """TLS for a server that has this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_file, self._key_file)
        return context
