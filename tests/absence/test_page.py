"""docs/absence.md names each refused capability, and all that the press called it."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

from gardefou.governance.absence.findings import Surface
from gardefou.i18n import text
from gardefou.refusals import refusals

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "absence.md").read_text(encoding="utf-8")

LAW_ROWS = (
    "Metz", "par sexe, âge, cheveux", "dans les enregistrements", "personne d'intérêt",
    "recherche de véhicule", "vol, délit de fuite", "maraudage", "violences", "stationnement",
    "dépôts sauvages comme", "agression, violence", "regroupements inhabituels",
    "suivi entre caméras", "dépôts sauvages (prévu)", "BriefCam : reconnaissance faciale",
    "recherche par similarité", "synopsis", "BriefCam : LAPI", "tenue, corpulence, âge, taille",
    "comportements dangereux", "objet retiré", "déplacement rapide", "station prolongée",
    "vitesse anormale", "alerte sur plaque", "capture du son", "une heure de vidéo en cinq minutes",
    "errance", "non utilisée", "plus de 300 s", "sons anormaux", "envoi automatique d'un drone",
    "Toulouse 2016", "Marseille 2018", "Suresnes", "TAJ, TES", "Cannes, 2020", "lycées",
    "inférence d'émotions",
)  # fmt: skip
"""A word of each row of the law file's table whose capability is refused."""


def test_each_capability_is_on_the_page_in_both_languages() -> None:
    loader = SourceFileLoader("absence_page", str(ROOT / "tools" / "absence_page.py"))
    spec = spec_from_loader("absence_page", loader)
    assert spec is not None
    tool = module_from_spec(spec)
    loader.exec_module(tool)
    assert tool.page(PAGE) == PAGE, "run: python tools/absence_page.py"
    for refusal in refusals().values():
        assert f"### {refusal.en} · {refusal.fr}\n" in PAGE
        assert refusal.why_en in PAGE
        assert refusal.why_fr in PAGE


def test_each_row_that_the_law_refuses_is_somebody_s() -> None:
    sold = [each for refusal in refusals().values() for each in refusal.press]
    for row in LAW_ROWS:
        assert any(row in each for each in sold), row


def test_each_surface_is_explained() -> None:
    for surface in Surface:
        assert f"\n| {text(f'absence.short.{surface}', 'en')} |" in PAGE


def test_a_refusal_says_all_that_a_reader_needs() -> None:
    for refusal in refusals().values():
        assert refusal.articles, refusal.id
        assert refusal.press, refusal.id
        assert refusal.words, refusal.id
        assert text(f"site.refused.{refusal.reason}", "en", name="x")
        for sentence in (refusal.why_en, refusal.why_fr):
            assert sentence.endswith("."), refusal.id
