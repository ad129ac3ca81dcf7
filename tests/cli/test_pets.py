"""The demonstration clip from end to end: two intrusions on the lawn, and nothing else."""

from __future__ import annotations

from pathlib import Path

from support.command import Call, alerts_of, files_of, record_of
from support.page import Page

ROOT = Path(__file__).resolve().parents[2]
INTRUSIONS = ((50.6, 74.5), (76.0, 77.3))
TOLERANCE_S = 3.0


def test_the_lawn_of_the_demonstration_clip(call: Call, footage: Path, tmp_path: Path) -> None:
    video = footage / "pets09_s2l1_vtest.avi"
    site = ROOT / "examples" / "sites" / "pets-lawn.yaml"
    out = tmp_path / "out"

    result = call("analyse", video, "--site", site, "--out", out, "--all-situations")

    assert (result.status, result.err) == (0, "")
    alerts = alerts_of(out)
    spans = [(each["opened_s"], each["closed_s"]) for each in alerts]
    for start, end in INTRUSIONS:
        assert any(
            isinstance(opened, float)
            and isinstance(closed, float)
            and opened <= start + TOLERANCE_S
            and closed >= end - TOLERANCE_S
            for opened, closed in spans
        ), f"{start}-{end} s is not covered by {spans}"
    for opened, closed in spans:
        assert isinstance(opened, float)
        assert isinstance(closed, float)
        assert INTRUSIONS[0][0] - TOLERANCE_S <= opened < closed <= INTRUSIONS[-1][1] + TOLERANCE_S
    assert {each["situation"] for each in alerts} == {"zone_intrusion"}
    assert files_of(out)[0]["analysed"] == 398
    assert record_of(out)["mode"] == "evaluation"
    page = Page((out / "index.html").read_text(encoding="utf-8"))
    assert len(page.pictures) == len(alerts)
    assert all((out / name).is_file() for name in page.references)
