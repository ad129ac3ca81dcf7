"""Logging in and staying logged in: password, second factor, sessions that end."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Final

from gardefou.errors import GardefouError
from gardefou.governance.accounts import Account, Accounts, account_of
from gardefou.governance.canonical import Json
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.second_factor import recovery_digest, step_of
from gardefou.governance.throttle import Throttle
from gardefou.storage.accounts import AccountRecord, SessionRecord

SECOND_FACTOR_S: Final = 300.0
"""How long the second factor may take after the password, s."""

IDLE_S: Final = 2 * 3600.0
"""Longest time without anything a person does, s. Alerts that merely arrive do not count."""

LONGEST_S: Final = 10 * 3600.0
"""Longest session, s: a shift."""

NOTED_EVERY_S: Final = 60.0
"""How often a session in use is noted as used, s."""

AT_ONCE: Final = 2
"""Passwords checked at once: each costs tens of milliseconds and 64 MiB."""

UNKNOWN: Final = "unknown"
"""The actor of a refusal under a name that nobody has."""

_CSRF: Final = b"gardefou csrf token"


class LogInError(GardefouError):
    """A log-in that failed; the text does not say what of it was wrong."""


class TooManyError(LogInError):
    """Too many attempts; ``seconds`` until the next may be made."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, round(seconds))
        super().__init__("accounts.log_in.wait", seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Session:
    """A session as a request meets it; ``token`` is the browser's secret."""

    token: str
    account: Account
    verified: bool

    @property
    def csrf(self) -> str:
        """What a request that changes something must repeat; only our own page can read it."""
        return hmac.new(self.token.encode(), _CSRF, hashlib.sha256).hexdigest()


class Sessions:
    """Opens, finds and ends sessions; every log-in and every refusal is journalled first.

    Only the SHA-256 of a token is stored. A session ends by itself, with its account, with a new
    password, role or second factor.
    """

    def __init__(self, accounts: Accounts, throttle: Throttle | None = None) -> None:
        self._accounts = accounts
        self._store = accounts.store
        self._throttle = throttle or Throttle()
        self._working = BoundedSemaphore(AT_ONCE)

    def log_in(self, name: str, password: str, address: str) -> Session:
        """The first half: raises `LogInError`, the same for a wrong name and a wrong password.

        The session that is returned waits for `second_factor` and allows nothing else.
        """
        name = name.strip().lower()
        self._refuse_impatience(name, address)
        record = self._store.account(name)
        active = record if record is not None and record.disabled_at is None else None
        if not self._working.acquire(blocking=False):
            raise TooManyError(1.0)
        try:
            right = self._accounts.hasher.check(
                password, None if active is None else active.password_hash
            )
        finally:
            self._working.release()
        if active is None or not right:
            raise self._failure(name, record, address, "password")
        if active.totp_sealed is None:
            raise LogInError("accounts.log_in.no_second_factor", name=name)
        self._store.forget_sessions(self._now() - LONGEST_S)
        return self._begin(active, verified=False)

    def second_factor(self, waiting: Session, code: str, address: str) -> Session:
        """The second half, with a one-time or a recovery code; raises `LogInError`.

        The session that is returned has another token: the first one is over.
        """
        name = waiting.account.name
        self._refuse_impatience(name, address)
        record = self._store.account(name)
        assert record is not None
        kind = self._kind_of(record, code)
        if kind is None:
            raise self._failure(name, record, address, "second_factor")
        self._throttle.succeeded(name)
        details = {"address": address, "with": kind}
        self._append(Entry(waiting.account.actor, Operation.LOG_IN, "system", details=details))
        return self._begin(record, verified=True, instead_of=_digest(waiting.token))

    def change_password(self, session: Session, present: str, new: str, address: str) -> None:
        """Replace one's own password; every session ends, this one too.

        Raises `LogInError` for a wrong present one, which counts as a failed log-in, and
        `AccountError` for a new one that is not accepted.
        """
        account = session.account
        self._refuse_impatience(account.name, address)
        record = self._store.account(account.name)
        if not self._working.acquire(blocking=False):
            raise TooManyError(1.0)
        try:
            right = record is not None and self._accounts.hasher.check(
                present, record.password_hash
            )
        finally:
            self._working.release()
        if not right:
            raise self._failure(account.name, record, address, "password")
        self._accounts.set_password(account.actor, account.name, new)

    def find(self, token: str, *, active: bool) -> Session | None:
        """The session of a token; None when there is none (any more).

        ``active`` whether a person did something, which keeps it from falling idle.
        """
        digest = _digest(token)
        record = self._store.session(digest)
        if record is None:
            return None
        now = self._now()
        account = self._store.account(record.account)
        if account is None or account.disabled_at is not None or _is_over(record, now):
            self._store.end_session(digest)
            return None
        if active and record.verified and now - record.seen_at >= NOTED_EVERY_S:
            self._store.seen_session(digest, now)
        return Session(token, account_of(account), record.verified)

    def end(self, session: Session) -> None:
        """Log out."""
        if session.verified:
            self._append(Entry(session.account.actor, Operation.LOG_OUT, "system"))
        self._store.end_session(_digest(session.token))

    def _refuse_impatience(self, name: str, address: str) -> None:
        wait = self._throttle.wait(name, address, self._now())
        if wait > 0:
            raise TooManyError(wait)

    def _failure(
        self, name: str, record: AccountRecord | None, address: str, what: str
    ) -> LogInError:
        """Count and journal a failure; a name that nobody has may be a mistyped password."""
        waits = self._throttle.failed(name, address, self._now())
        actor, wrong = (UNKNOWN, "name") if record is None else (f"account:{name}", what)
        if record is not None and record.disabled_at is not None:
            wrong = "disabled"
        details: dict[str, Json] = {"address": address, "wrong": wrong, "locks": waits}
        self._append(Entry(actor, Operation.LOG_IN_REFUSED, "system", details=details))
        return LogInError(f"accounts.log_in.{what}")

    def _kind_of(self, record: AccountRecord, code: str) -> str | None:
        """What the code is: ``totp``, ``recovery`` or nothing; a code is used up by it."""
        if record.totp_sealed is None:
            return None
        secret = self._accounts.seal.open(record.totp_sealed, record.name)
        step = step_of(secret, code, self._now())
        if step is not None:
            return "totp" if self._store.use_step(record.name, step) else None
        if self._store.use_recovery(record.name, recovery_digest(code)):
            return "recovery"
        return None

    def _begin(
        self, record: AccountRecord, *, verified: bool, instead_of: str | None = None
    ) -> Session:
        token = secrets.token_urlsafe(32)
        now = self._now()
        self._store.begin_session(
            SessionRecord(_digest(token), record.name, verified, now, now), instead_of
        )
        return Session(token, account_of(record), verified)

    def _append(self, entry: Entry) -> None:
        self._accounts.journal.append(entry)

    def _now(self) -> float:
        return self._accounts.clock()


def _is_over(record: SessionRecord, now: float) -> bool:
    if not record.verified:
        return now - record.begun_at > SECOND_FACTOR_S
    return now - record.begun_at > LONGEST_S or now - record.seen_at > IDLE_S


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
