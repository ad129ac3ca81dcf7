"""Why a parameter or situation that people ask for does not exist.

The eight situations of décret n° 2023-828, article 3, name neither how long somebody stays, how
many people meet, how fast one of them goes, nor what anybody looks like.
"""

from __future__ import annotations

from gardefou.refusals import named_by


def reason_against(name: str) -> str | None:
    """The key of the text that says why there is no such thing, if it is one that is refused.

    Its texts stand under ``site.refused.<reason>`` and take the name as ``name``.

    >>> reason_against("min_group_size")
    'site.refused.group'
    >>> reason_against("polygone") is None
    True
    """
    refusal = next(named_by(name), None) or next(named_by(name, "asked"), None)
    return None if refusal is None else f"site.refused.{refusal.reason}"
