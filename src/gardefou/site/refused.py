"""Parameters and situations that people ask for and that the law leaves out, with the reason why.

The eight situations of décret n° 2023-828, article 3, name neither how long somebody stays, how
many people meet, how fast one of them goes, nor what anybody looks like.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = {
    "loitering": "begging duration dwell errance flanerie idle linger lingering loiter loitering "
    "maraudage stationnaire stay vagrancy wait waiting",
    "group": "attroupement gathering group groupe people person personne rassemblement "
    "regroupement",
    "speed": "course running speed velocity vitesse",
    "appearance": "age build clothe clothing color colour corpulence couleur ethnicity gender hair "
    "height masque sex sexe skin vetement",
    "identity": "biometric biometrie embedding face facial identification identify identity "
    "recognition reconnaissance reid similarity visage watchlist",
    "plate": "alpr anpr lapi lpr plaque plate",
    "sound": "audio gunshot microphone scream son sound",
    "behaviour": "abnormal aggression anormal behavior behaviour comportement dumping emotion "
    "fight fighting graffiti littering parking removal removed rixe suspicious theft vandalism "
    "violence",
}
"""Words of keys, in the singular and without accents, by why they are refused (`site.refused`)."""

_REASONS: Final = {word: reason for reason, words in _WORDS.items() for word in words.split()}


def reason_against(name: str) -> str | None:
    """The catalogue key that says why no such parameter or situation exists, if it is a known one.

    >>> reason_against("min_group_size")
    'site.refused.group'
    >>> reason_against("polygone") is None
    True
    """
    spelt = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    words = [word.removesuffix("s") for word in re.split(r"[^a-z0-9]+", spelt)]
    reason = next((_REASONS[word] for word in words if word in _REASONS), None)
    return None if reason is None else f"site.refused.{reason}"
