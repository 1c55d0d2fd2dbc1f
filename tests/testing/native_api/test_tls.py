"""The stand-in over TLS, with certificates that its clients trust or do not."""

import ssl

import pytest
import urllib3
from urllib3.exceptions import MaxRetryError, ProtocolError

from tests.testing.native_api import sending
from tests.testing.native_api.sending import batch, causes, in_thread, run
from warpmetrics_otel.testing import NativeApi, Reply


def test_tls_with_a_certificate_that_the_client_trusts():
    with NativeApi(certificate_for="127.0.0.1") as api, sending.client(api, ca_certs=str(api.ca_file)) as client:
        assert api.url.startswith("https://")
        assert client.post(batch(runs=[run()])).status == 200
        api.answer(Reply.reset(), Reply.half_closed("unanswered"), Reply.hanging())
        for _ in range(2):
            with pytest.raises((ProtocolError, urllib3.exceptions.SSLError)):
                client.post(batch())
        answer = in_thread(lambda: client.post(batch()))
        api.wait_for(lambda: len(api.requests) == 4)
        api.behave()
        assert answer().status == 200
        assert (api.failed_handshakes, api.violations) == (0, [])


def test_tls_with_a_certificate_of_an_unknown_issuer():
    with NativeApi(certificate_for="127.0.0.1") as api, sending.client(api) as client:
        refuses_the_certificate(api, client, "self-signed")


def test_tls_with_a_certificate_for_another_host():
    with NativeApi(certificate_for="api.example") as api, sending.client(api, ca_certs=str(api.ca_file)) as client:
        refuses_the_certificate(api, client, "127.0.0.1")


def refuses_the_certificate(api, client, why):
    with pytest.raises((urllib3.exceptions.SSLError, MaxRetryError)) as raised:
        client.post(batch())
    assert any(isinstance(error, ssl.SSLCertVerificationError) and why in str(error) for error in causes(raised.value))
    assert api.wait_for(lambda: api.failed_handshakes) == 1
    assert api.requests == []


def test_the_certificates_file_is_there_for_tls_only(api):
    with pytest.raises(RuntimeError, match="certificate_for"):
        _ = api.ca_file


def test_without_openssl_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match="install OpenSSL"), NativeApi(certificate_for="127.0.0.1"):
        pass
