"""The list of situations is closed."""

from __future__ import annotations

import pytest

from gardefou.i18n import LANGUAGES, text
from gardefou.situations.situation import Situation


def test_there_are_exactly_eight_with_frozen_names() -> None:
    assert [each.value for each in Situation] == [
        "abandoned_object",
        "weapon",
        "wrong_way",
        "zone_intrusion",
        "person_down",
        "crowd_movement",
        "crowd_density",
        "fire",
    ]


def test_nothing_adds_a_ninth() -> None:
    with pytest.raises(ValueError, match="loitering"):
        Situation("loitering")
    with pytest.raises(TypeError, match="cannot extend"):

        class More(Situation):  # type: ignore[misc]
            LOITERING = "loitering"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("situation", Situation)
def test_each_has_a_name_and_its_legal_wording(situation: Situation, language: str) -> None:
    assert text(f"situations.{situation}.name", language)
    assert text(f"situations.{situation}.legal", language) == text(
        f"situations.{situation}.legal", "fr"
    )
