"""The web framework's tracing hears nothing, whatever providers are installed."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from opentelemetry import trace

from gardefou.web.app import create_app
from support.house import House


class Listener(trace.NoOpTracer):
    """Writes down the name of every span."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def start_span(self, name: str, *args: Any, **more: Any) -> trace.Span:
        self.heard.append(name)
        return super().start_span(name, *args, **more)


class Provider(trace.TracerProvider):
    """What a site's operator could install: it hands out the listener."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def get_tracer(self, *args: Any, **more: Any) -> trace.Tracer:
        return self._listener


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    listener = Listener()
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", Provider(listener))
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    return listener


def test_no_span_is_made_of_a_request(house: House, listener: Listener) -> None:
    with TestClient(create_app(house.services), base_url="http://127.0.0.1") as client:
        assert client.get("/api/state").status_code == 200
        assert client.get("/api/alerts?limit=0").status_code == 422

    assert listener.heard == []


def test_the_listener_would_hear_a_framework_left_as_it_comes(listener: Listener) -> None:
    app = FastAPI(telemetry={"auto_configure": False})

    @app.get("/")
    def page() -> str:
        return "x"

    with TestClient(app) as client:
        client.get("/")

    assert listener.heard
