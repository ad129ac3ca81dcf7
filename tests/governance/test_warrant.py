"""Authority in a running system: there while everything is so, gone in the round when it is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from gardefou.errors import JournalError
from gardefou.governance.attested import HASH_S, LOOK_S, software_sha256
from gardefou.governance.clock_guard import TOLERANCE_S, ClockGuard
from gardefou.governance.entry import Operation
from gardefou.governance.ledger import Origin
from gardefou.governance.refusal import MandateError, Reason
from gardefou.governance.register_check import ENTRY, SEAL
from gardefou.governance.signing import PrivateKey
from gardefou.governance.warrant import MARK_S, MandateWarrant, register_folder
from support.authority import SITE, Authority
from support.mandates import NOW, mandate


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def refused_at_start(authority: Authority) -> list[Reason]:
    with pytest.raises(MandateError) as caught:
        authority.warrant()
    for each in caught.value.refusals:
        assert "\n" not in each.in_language("fr")
    return [each.reason for each in caught.value.refusals]


def ruled(warrant: MandateWarrant) -> Reason | None:
    refusal = warrant.rule().refusal
    return None if refusal is None else refusal.reason


def steps(authority: Authority) -> list[str]:
    return [
        ":".join(str(line.details[key]) for key in ("step", "reason") if key in line.details)
        for line in authority.journal.entries()
        if line.operation == Operation.MANDATE
    ]


def test_a_fresh_home_has_no_authority(authority: Authority) -> None:
    assert refused_at_start(authority) == [Reason.NO_MANDATE]


def test_a_signed_current_mandate_gives_authority_and_leaves_its_trace(
    authority: Authority,
) -> None:
    authority.install()
    warrant = authority.warrant()
    assert ruled(warrant) is None
    assert warrant.mandate_id == "carnival-2027"
    assert steps(authority) == ["trusted", "installed", "running"]


def test_it_ends_at_the_end_and_not_before(authority: Authority) -> None:
    authority.install()
    warrant = authority.warrant()
    end = mandate().authorisation.end
    authority.wait((end - NOW).total_seconds() - 1)
    assert ruled(warrant) is None
    authority.wait(1)
    assert ruled(warrant) is Reason.ENDED
    assert steps(authority)[-1] == "stopped:ended"
    assert refused_at_start(authority) == [Reason.ENDED]


def test_it_does_not_begin_before_the_beginning(authority: Authority) -> None:
    authority.install(authorisation__start="2027-02-10T12:00:01Z")
    assert refused_at_start(authority) == [Reason.NOT_BEGUN]
    authority.wait(1)
    assert ruled(authority.warrant()) is None


def test_turning_the_clock_back_does_not_move_the_end(authority: Authority) -> None:
    authority.install()
    warrant = authority.warrant()
    left = (mandate().authorisation.end - NOW).total_seconds()
    authority.wait(left - 5)
    authority.wall_offset = -timedelta(seconds=TOLERANCE_S)
    assert ruled(warrant) is None
    authority.wait(5)
    assert ruled(warrant) is Reason.ENDED


def test_a_clock_turned_back_stops_suspends_and_needs_two_people(authority: Authority) -> None:
    authority.install()
    switch = authority.switch()
    warrant = authority.warrant(switch)
    assert ruled(warrant) is None
    authority.wall_offset = -timedelta(hours=1)
    assert ruled(warrant) is Reason.CLOCK_TURNED_BACK
    now = switch.current()
    assert now is not None
    assert now.origin is Origin.CLOCK
    authority.wall_offset = timedelta()
    assert switch.current() is not None
    switch.resume("cli:anna", "time server mended")
    switch.resume("cli:bruno", "seen")
    assert ruled(warrant) is None


def test_a_clock_turned_back_while_the_machine_was_off_is_noticed(authority: Authority) -> None:
    authority.install()
    assert ruled(authority.warrant()) is None
    authority.wait(3600)
    assert ruled(authority.warrant()) is None
    authority.wall_offset = -timedelta(minutes=30)
    assert refused_at_start(authority)[0] is Reason.CLOCK_TURNED_BACK
    switch = authority.switch()
    switch.resume("cli:anna", "battery replaced")
    switch.resume("cli:bruno", "seen")
    assert ruled(authority.warrant()) is None


def test_a_running_mandate_is_marked_now_and_then(authority: Authority) -> None:
    authority.install()
    warrant = authority.warrant()
    for _ in range(4):
        for _ in range(3):
            assert ruled(warrant) is None
        authority.wait(MARK_S / 2)
    assert steps(authority)[2:] == ["running", "running"]


def test_what_cannot_be_marked_does_not_run(authority: Authority) -> None:
    authority.install()
    warrant = authority.warrant()
    authority.journal.path.unlink()
    with pytest.raises(JournalError):
        warrant.rule()


def test_revoked_is_revoked_for_good(authority: Authority) -> None:
    authority.install()
    warrant = authority.warrant()
    authority.mandates.revoke("carnival-2027", "cli:mayor", "cancelled")
    assert ruled(warrant) is Reason.REVOKED
    authority.mandates.revocation("carnival-2027").unlink()
    assert refused_at_start(authority) == [Reason.REVOKED]


def test_a_revocation_s_file_alone_is_enough(authority: Authority) -> None:
    authority.install()
    warrant = authority.warrant()
    authority.mandates.revocation("carnival-2027").touch()
    assert ruled(warrant) is Reason.REVOKED


def test_a_suspension_stops_a_start(authority: Authority) -> None:
    authority.install()
    authority.switch().suspend("cli:anna", Origin.CNIL, "letter 4")
    assert refused_at_start(authority) == [Reason.SUSPENDED]


def one_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)


def touched_model(authority: Authority) -> None:
    one_byte(authority.models / "nanodet" / "network.bin")


def added_model(authority: Authority) -> None:
    manifest = authority.models / "manifest.json"
    words = manifest.read_text().replace(
        '{"nanodet"',
        '{"faces": {"adapter": "a", "licence": "",'
        ' "origin": "", "recipe": "", "files": {}}, "nanodet"',
    )
    manifest.write_text(words)


def touched_programme(authority: Authority) -> None:
    (authority.programme / "room" / "rule.py").write_text("FLOOR = 1\n")


def added_programme(authority: Authority) -> None:
    (authority.programme / "room" / "faces.py").write_text("")


def moved_mask(authority: Authority) -> None:
    authority.site_path.write_text(SITE.replace("[0.8, 0.3]", "[0.8, 0.1]"), encoding="utf-8")


def broken_site(authority: Authority) -> None:
    authority.site_path.write_text("version: 2", encoding="utf-8")


def no_site(authority: Authority) -> None:
    authority.site_path.unlink()


def no_register(authority: Authority) -> None:
    (register_folder(authority.home, "carnival-2027") / ENTRY).unlink()


def other_register(authority: Authority) -> None:
    one_byte(register_folder(authority.home, "carnival-2027") / ENTRY)


def other_seal(authority: Authority) -> None:
    seal = register_folder(authority.home, "carnival-2027") / SEAL
    seal.write_text(seal.read_text().replace("running_sha256", "other"))


def other_mandate(authority: Authority) -> None:
    path = authority.mandates.path("carnival-2027")
    path.write_text(path.read_text().replace("60 000", "60 001"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (touched_model, Reason.MODEL_DIFFERS),
        (added_model, Reason.MODEL_DIFFERS),
        (touched_programme, Reason.SOFTWARE_DIFFERS),
        (added_programme, Reason.SOFTWARE_DIFFERS),
        (moved_mask, Reason.SITE_DIFFERS),
        (broken_site, Reason.SITE_DIFFERS),
        (no_site, Reason.SITE_DIFFERS),
        (no_register, Reason.REGISTER_MISSING),
        (other_register, Reason.REGISTER_DIFFERS),
        (other_seal, Reason.REGISTER_DIFFERS),
        (other_mandate, Reason.SIGNATURE_WRONG),
    ],
)
def test_whatever_is_changed_stops_it_in_the_next_look(
    authority: Authority, change: Callable[[Authority], None], reason: Reason
) -> None:
    authority.install()
    warrant = authority.warrant()
    assert ruled(warrant) is None
    change(authority)
    authority.wait(LOOK_S)
    assert ruled(warrant) is reason
    assert steps(authority)[-1] == f"stopped:{reason.value}"


@pytest.mark.parametrize("change", [touched_model, touched_programme, moved_mask, no_register])
def test_whatever_was_changed_while_nothing_ran_is_refused_at_the_start(
    authority: Authority, change: Callable[[Authority], None]
) -> None:
    authority.install()
    change(authority)
    assert refused_at_start(authority)


def test_every_byte_is_hashed_anew_after_a_while_whatever_the_files_times_say(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.install()
    warrant = authority.warrant()
    monkeypatch.setattr("gardefou.governance.attested._stamps", lambda _: ())
    authority.wait(LOOK_S)
    assert ruled(warrant) is None
    touched_programme(authority)
    authority.wait(LOOK_S)
    assert ruled(warrant) is None
    authority.wait(HASH_S)
    assert ruled(warrant) is Reason.SOFTWARE_DIFFERS


def test_files_that_were_only_touched_or_rewritten_the_same_change_nothing(
    authority: Authority,
) -> None:
    authority.install()
    warrant = authority.warrant()
    assert ruled(warrant) is None
    words = authority.site_path.read_text(encoding="utf-8")
    authority.site_path.write_text(
        "# a remark\n" + words.replace("secret", "rotated"), encoding="utf-8"
    )
    (authority.programme / "room" / "rule.py").touch()
    (authority.programme / "room" / "__pycache__").mkdir()
    authority.wait(LOOK_S)
    assert ruled(warrant) is None


def test_a_key_that_nobody_trusts_gives_no_authority(authority: Authority) -> None:
    authority.install()
    authority.mandates.trust(PrivateKey.make().public, "cli:admin")
    assert refused_at_start(authority) == [Reason.KEY_NOT_TRUSTED]


def test_a_mandate_put_into_the_folder_by_hand_is_not_installed(authority: Authority) -> None:
    authority.install()
    path = authority.mandates.path("carnival-2027")
    words = path.read_text()
    path.unlink()
    other = Authority(authority.home.parent / "other")
    other.mandates.folder.mkdir()
    other.mandates.path("carnival-2027").write_text(words)
    assert Reason.NO_MANDATE in refused_at_start(other)


def test_the_latest_mandate_says_what_is_missing(authority: Authority) -> None:
    authority.install()
    authority.install(
        id="later",
        authorisation__start="2027-02-20T00:00:00Z",
        authorisation__end="2027-03-01T00:00:00Z",
        authorisation__dpia=...,
    )
    assert authority.warrant().mandate_id == "carnival-2027"
    authority.mandates.revoke("carnival-2027", "cli:mayor", "")
    assert refused_at_start(authority) == [Reason.DPIA_MISSING]


def test_a_camera_that_is_not_covered_is_blocked_and_alone_it_stops_the_start(
    tmp_path: Path,
) -> None:
    second = SITE.replace("id: lawn\n", "id: roof\n").partition("cameras:\n")[2]
    both = Authority(tmp_path / "both", SITE + second)
    both.install()
    assert {key: each.reason for key, each in both.warrant().rule().blocked.items()} == {
        "roof": Reason.CAMERA_NOT_COVERED
    }
    alone = Authority(tmp_path / "alone")
    alone.install(authorisation__situations=["fire"])
    assert refused_at_start(alone) == [Reason.SITUATION_NOT_COVERED]


def test_a_camera_outside_the_perimeter_does_not_start(tmp_path: Path) -> None:
    far = Authority(tmp_path, SITE.replace("longitude: 4.5", "longitude: 5.5"))
    far.install()
    assert refused_at_start(far) == [Reason.CAMERA_OUTSIDE]


def test_the_programme_s_hash_is_that_of_every_name_and_byte(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    first = software_sha256(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    second = software_sha256(tmp_path)
    (tmp_path / "b.py").write_text("2")
    assert len({first, second, software_sha256(tmp_path)}) == 3


def test_a_clock_that_stands_still_or_jumps_ahead_is_believed() -> None:
    now = {"wall": NOW, "ticks": 0.0}
    guard = ClockGuard(None, lambda: now["wall"], lambda: now["ticks"])  # type: ignore[arg-type, return-value]
    assert guard.behind_s() == 0
    now["wall"] = NOW + timedelta(days=1)
    assert guard.now() == NOW + timedelta(days=1)
    now["wall"] = NOW
    assert guard.behind_s() == 24 * 3600
    guard.accept()
    assert guard.behind_s() == 0
