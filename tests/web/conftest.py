"""A house and a client that speaks to it as the desk's own page does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from gardefou.web.app import create_app
from support.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House.at(tmp_path / "home") as house:
        yield house


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.services), base_url="http://127.0.0.1:8080") as client:
        yield client
