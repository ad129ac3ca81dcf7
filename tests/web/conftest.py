"""A house and a client that speaks to it as the desk's own page does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from gardefou.governance.roles import Role
from gardefou.web.app import create_app
from support.house import House
from support.people import enter, hire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gardefou.governance.accounts import Accounts


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House.at(tmp_path / "home") as house:
        yield house


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.services), base_url="http://127.0.0.1:8080") as client:
        yield client


@pytest.fixture
def accounts(house: House) -> Accounts:
    """The house knows accounts from now on."""
    return house.with_accounts()


@pytest.fixture
def desk_of(house: House, accounts: Accounts) -> Iterator[Callable[[Role], TestClient]]:
    """Hires somebody in a role and gives a browser in which they are logged in."""
    app = create_app(house.services)
    with TestClient(app, base_url="http://127.0.0.1:8080") as first:

        def made(role: Role) -> TestClient:
            client = TestClient(app, base_url="http://127.0.0.1:8080")
            name = f"the.{role.value}"
            while accounts.store.account(name) is not None:
                name += "2"
            enter(client, name, hire(accounts, role, name), house.now())
            return client

        assert first
        yield made
