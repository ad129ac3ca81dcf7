"""A place for one thing: whoever is slow gets the newest, and nothing queues."""

from __future__ import annotations

import threading
import time
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Holds the newest item until it is taken; safe between threads.

    >>> box = Mailbox[str]()
    >>> box.put("old")
    >>> box.put("new")
    >>> box.take(timeout=0), box.take(timeout=0), box.drops
    ('new', None, 1)
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: T | None = None
        self._is_closed = False
        self.drops = 0
        """Items that a newer one replaced before anyone took them."""

    def put(self, item: T, patience: float | None = 0.0) -> None:
        """Leave an item in place of the one that is there; ignored once closed.

        For so many seconds, or as long as it takes for None, it waits until the one that is there
        is taken.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._item is None or self._is_closed, patience)
            if self._is_closed:
                return
            self.drops += self._item is not None
            self._item = item
            self._changed.notify_all()

    def take(self, timeout: float) -> T | None:
        """The newest item, waited for at most ``timeout`` seconds; None when none came."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._item is None and not self._is_closed:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    break
                self._changed.wait(remaining)
            item, self._item = self._item, None
            self._changed.notify_all()
            return item

    def close(self) -> None:
        """Give out and take in nothing more."""
        with self._changed:
            self._is_closed = True
            self._item = None
            self._changed.notify_all()

    @property
    def waiting(self) -> int:
        """Items not taken yet: one or none."""
        return int(self._item is not None)

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._is_closed
