"""Terms and purges, with a clock that travels: what is old goes, what is held stays."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from gardefou.cli.app import app
from gardefou.errors import JournalError, UsageError
from gardefou.evidence.vault import Vault
from gardefou.governance import rights
from gardefou.governance.entry import Entry, Line, Operation
from gardefou.governance.journal import FILE_NAME, Journal
from gardefou.governance.ledger import Ledger, Origin
from gardefou.governance.mandates import Mandates
from gardefou.governance.purge import BATCH, Purged, Purger, digest_of
from gardefou.governance.retention import Kind, Terms, shipped_terms, tracks_term
from gardefou.governance.rights import NewRequest
from gardefou.governance.suspension import KillSwitch
from gardefou.governance.transparency import Checkpointer, audit
from gardefou.runtime.home import Home
from gardefou.runtime.upkeep import CHECKPOINT_S, PURGE_S, Upkeep
from gardefou.storage.holds import Hold
from gardefou.storage.paper_records import RefusalGround, RequestKind
from gardefou.storage.records import EvidenceKind, Mode
from gardefou.storage.store import Store
from support.alerts import alert, numbered_id
from support.counts import quarter
from support.mandates import KEY, signed

RUN = CliRunner()


class House:
    """A home folder, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.time = datetime(2026, 3, 1, 8, tzinfo=UTC)
        self.home = Home(folder)
        self.home.prepare()
        self.store = Store.open(self.home.database, clock=lambda: self.time.timestamp())
        self.journal = Journal(self.home.journal, now=lambda: self.time)
        self.vault = Vault.of(folder)
        self.purger = Purger(self.store, self.journal, self.home.evidence, now=lambda: self.time)
        self.checkpointer = Checkpointer(self.journal, folder)

    def days(self, number: float) -> None:
        """So many days pass."""
        self.time += timedelta(days=number)

    def alert(self, number: int, camera: str = "gate") -> tuple[UUID, Path]:
        """An alert with a clip."""
        opened = alert(number, camera, opened_at=self.time.timestamp())
        self.store.record_opened(opened, Mode.REHEARSAL)
        path = self.home.evidence / str(opened.id) / "clip.mp4"
        with self.vault.file(path) as inside:
            inside.write_bytes(b"film")
        relative = path.relative_to(self.home.evidence).as_posix()
        self.store.attach_evidence(opened.id, EvidenceKind.CLIP, relative, opened.opened_at)
        return opened.id, path

    def purge(self, terms: Terms | None = None) -> Purged:
        return self.purger.run(terms or Terms.of(self.home.folder))

    def records(self) -> list[Line]:
        entries = self.journal.entries()
        return [line for line in entries if line.operation == Operation.DESTRUCTION]

    def hold(self, **of: object) -> Hold:
        hold = Hold(uuid4(), "PV 2026/118", "c.dpo", self.time.timestamp(), **of)  # type: ignore[arg-type]
        self.store.place_hold(hold)
        return hold


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.store.close()


def test_the_terms_are_those_of_the_law() -> None:
    terms = shipped_terms()
    assert terms[Kind.EVIDENCE].most_days <= 30
    assert terms[Kind.JOURNAL].most_days <= 3 * 365
    assert tracks_term().seconds <= 10
    for term in terms.values():
        assert term.least_days <= term.days <= term.most_days
        assert term.source_fr
        assert term.source_en


def test_pictures_and_clips_live_for_thirty_days_and_their_alert_longer(house: House) -> None:
    alert_id, clip = house.alert(1)
    house.days(29.9)
    assert house.purge() == Purged()
    assert clip.is_file()
    house.days(0.2)
    assert house.purge() == Purged(evidence=1)
    assert not clip.parent.exists()
    record = house.store.alert(alert_id)
    assert record.evidence_errors == {EvidenceKind.CLIP: "retention.purged"}
    assert house.purge() == Purged()
    house.days(335.1)
    assert house.purge() == Purged(alerts=1)
    assert house.store.alerts() == []


def test_a_destruction_leaves_its_number_its_term_and_a_digest(house: House) -> None:
    ids = [house.alert(number)[0] for number in (1, 2, 3)]
    house.days(31)
    house.purge()
    (record,) = house.records()
    assert (record.actor, record.object_ref) == ("gardefou", "retention:evidence")
    assert record.details == {
        "what": "evidence",
        "term_days": 30,
        "count": 3,
        "ids_sha256": digest_of(ids),
        "destruction": str(house.store.carried_out),
    }
    assert not any(str(each) in record.encode().decode() for each in ids)
    assert digest_of(ids) == digest_of(ids[::-1]) != digest_of(ids[:2])


def test_what_cannot_be_journalled_is_not_destroyed(house: House) -> None:
    _, clip = house.alert(1)
    house.days(31)
    house.home.journal.mkdir()
    with pytest.raises(JournalError):
        house.purge()
    assert clip.is_file()
    house.home.journal.rmdir()
    assert house.purge().evidence == 1
    assert not clip.exists()


def test_a_purge_that_was_cut_off_is_finished_by_the_next(house: House) -> None:
    alert_id, clip = house.alert(1)
    house.store.erase_evidence(alert_id, "retention.purged")
    assert clip.is_file()
    house.purge()
    assert not clip.exists()


def test_many_alerts_go_in_batches_each_with_its_record(house: House) -> None:
    opened_at = house.time.timestamp()
    for number in range(BATCH + 5):
        house.store.record_opened(alert(number, opened_at=opened_at), Mode.REHEARSAL)
    house.days(366)
    assert house.purge() == Purged(alerts=BATCH + 5)
    assert [each.details["count"] for each in house.records()] == [BATCH, 5]


def test_what_is_held_stays_until_the_hold_is_lifted(house: House) -> None:
    held, clip = house.alert(1)
    _, gone = house.alert(2, "square")
    hold = house.hold(
        camera_id="gate", since=house.time.timestamp() - 5, until=house.time.timestamp() + 5
    )
    house.days(400)
    assert house.purge() == Purged(evidence=1, alerts=1, held=1)
    assert clip.is_file()
    assert not gone.exists()
    assert [each.id for each in house.store.alerts()] == [held]
    house.store.lift_hold(hold.id, "c.dpo", house.time.timestamp())
    assert house.purge() == Purged(evidence=1, alerts=1)
    assert not clip.exists()


def test_what_a_request_of_a_resident_asks_for_stays_until_it_is_answered(house: House) -> None:
    asked, clip = house.alert(1)
    house.alert(2, "square")
    now = house.time.timestamp()
    wish = NewRequest(RequestKind.ACCESS, "letter", "gate", now - 60, now + 60, now)
    taken = rights.take_in(wish, ["gate"], house.store, house.journal, "dpo", now)
    house.days(31)
    assert house.purge() == Purged(evidence=1, held=1)
    assert clip.is_file()
    assert house.store.is_held(asked)
    ground, at = RefusalGround.DEFENCE, house.time.timestamp()
    rights.refuse(taken.number, ground, "no", house.store, house.journal, "dpo", at)
    house.days(58)
    assert house.purge() == Purged(held=1)
    house.days(5)
    assert house.purge() == Purged(evidence=1)
    assert not clip.exists()


# The journal


def lived(house: House, months: int) -> None:
    for _ in range(months):
        for _ in range(3):
            house.journal.append(Entry("a.petit", Operation.VIEW, "camera gate", "ronde"))
        house.checkpointer.make()
        house.days(30)


def test_journal_entries_live_for_three_years_and_their_roots_for_ever(house: House) -> None:
    lived(house, 36)
    roots = [house.journal.tree().root(size) for size in range(3, 109, 3)]
    assert house.purge() == Purged()
    house.days(20)
    assert house.purge() == Purged(entries=3)
    house.days(60)
    assert house.purge() == Purged(entries=6)
    found = audit(house.home.folder)
    assert found.sound
    assert (found.verification.pruned, found.verification.held_to) == (9, 36)
    tree = house.journal.tree()
    assert [tree.root(size) for size in range(3, 109, 3)] == roots
    (last,) = house.records()[-1:]
    assert last.details["what"] == "journal"
    assert last.details["count"] == 6
    assert last.details["root"] == roots[2].hex()
    assert next(house.journal.entries()).seq == 10


def test_what_no_checkpoint_covers_is_not_pruned(house: House) -> None:
    house.journal.append(Entry("a.petit", Operation.VIEW))
    house.days(1200)
    assert house.purge() == Purged()
    house.checkpointer.make()
    assert house.purge() == Purged(entries=1)
    assert audit(house.home.folder).sound


def test_entries_since_the_beginning_of_what_is_held_stay(house: House) -> None:
    lived(house, 1)
    held, _ = house.alert(1)
    house.hold(alert_id=held)
    lived(house, 1)
    house.days(1300)
    assert house.purge().entries == 3
    assert next(house.journal.entries()).seq == 4


def test_entries_since_the_beginning_of_what_a_request_asks_for_stay(house: House) -> None:
    lived(house, 1)
    now = house.time.timestamp()
    wish = NewRequest(RequestKind.ACCESS, "letter", "gate", now + 300, now + 400, now)
    rights.take_in(wish, ["gate"], house.store, house.journal, "dpo", now)
    lived(house, 1)
    house.days(1300)
    assert house.purge().entries == 3


def test_authority_and_a_suspension_outlive_the_entries_that_gave_them(house: House) -> None:
    home = house.home.folder
    mandates, switch = Mandates(home, house.journal), KillSwitch(home, house.journal)
    mandates.trust(KEY.public, "cli:admin")
    given = signed()
    mandates.install(given, "cli:admin")
    mandates.revoke("older", "cli:mayor", "cancelled")
    switch.suspend("cli:anna", Origin.CNIL, "letter 4")
    switch.resume("cli:anna", "withdrawn")
    switch.resume("cli:bruno", "seen")
    switch.suspend("cli:anna", Origin.PREFECT, "order 9")
    switch.resume("cli:anna", "lifted")
    before = Ledger.read(house.journal.entries())
    for _ in range(4):
        lived(house, 13)
        house.purge()
    assert audit(home).sound
    assert next(house.journal.entries()).seq > 9
    after = Ledger.read(house.journal.entries())
    assert after.trusted == KEY.public
    assert after.installed == {given.mandate.id: given.mandate.sha256}
    assert after.revoked == {"older"}
    assert after.suspension == before.suspension
    assert after.resumptions == before.resumptions == 1
    assert mandates.standing(given, after) == []
    (home / "suspended").unlink()
    again = KillSwitch(home, house.journal).current()
    assert again is not None
    assert (again.origin, again.proposed_by) == (Origin.PREFECT, "cli:anna")
    assert switch.current() is not None
    switch.resume("cli:bruno", "seen")
    assert switch.current() is None
    house.days(40)
    house.purge()
    assert Ledger.read(house.journal.entries()).suspension is None


def test_a_purge_that_was_recorded_and_not_done_changes_no_authority(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch = KillSwitch(house.home.folder, house.journal)
    lived(house, 1)
    switch.suspend("cli:anna", Origin.CNIL, "letter 4")
    lived(house, 1)
    house.days(1300)
    with monkeypatch.context() as patched:
        patched.setattr("gardefou.governance.journal.write_durably", full_disk)
        with pytest.raises(JournalError):
            house.purge()
    switch.resume("cli:anna", "withdrawn")
    switch.resume("cli:bruno", "seen")
    before = Ledger.read(house.journal.entries())
    assert before.suspension is None
    house.purge()
    after = Ledger.read(house.journal.entries())
    assert next(house.journal.entries()).seq > 1
    assert (after.suspension, after.resumptions) == (None, before.resumptions)


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "full")


def test_a_clock_that_was_turned_back_destroys_nothing_too_early(house: House) -> None:
    house.time -= timedelta(days=2000)
    house.journal.append(Entry("a.petit", Operation.VIEW))
    house.days(2000)
    house.journal.append(Entry("a.petit", Operation.VIEW))
    house.time -= timedelta(days=1990)
    house.journal.append(Entry("a.petit", Operation.VIEW))
    house.checkpointer.make()
    house.days(1990)
    assert house.purge().entries == 1


# Terms of an installation


def test_a_home_folder_may_shorten_a_term(house: House) -> None:
    (house.home.folder / "retention.toml").write_text("evidence = 7\n")
    house.alert(1)
    house.days(8)
    assert house.purge() == Purged(evidence=1)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("evidence = 31", "30"),
        ("alerts = 3", "92"),
        ("journal = 30", "183"),
        ("journal = 4000", "1095"),
        ("faces = 3", "for evidence, alerts, counts or journal"),
        ("evidence = ", "for evidence, alerts, counts or journal"),
        ("evidence = 'long'", "for evidence, alerts, counts or journal"),
    ],
)
def test_a_term_outside_the_law_is_refused(tmp_path: Path, content: str, why: str) -> None:
    (tmp_path / "retention.toml").write_text(content)
    with pytest.raises(UsageError, match=why):
        Terms.of(tmp_path)


# By the clock


def test_upkeep_signs_every_hour_and_purges_every_day(house: House) -> None:
    passed = 0.0
    upkeep = Upkeep(
        house.home, house.store, house.journal, clock=lambda: passed, purger=house.purger
    )
    upkeep.start()
    upkeep.stop()
    house.journal.append(Entry("a.petit", Operation.VIEW))
    house.alert(1)
    house.days(31)
    upkeep.tick()
    assert house.records() == []
    passed = CHECKPOINT_S
    upkeep.tick()
    assert audit(house.home.folder).verification.held_to == 2
    passed = PURGE_S
    upkeep.tick()
    assert [each.details["count"] for each in house.records()] == [1]


def test_upkeep_that_fails_says_so_in_the_journal(house: House) -> None:
    passed = 0.0
    upkeep = Upkeep(
        house.home, house.store, house.journal, clock=lambda: passed, purger=house.purger
    )
    upkeep.start()
    upkeep.stop()
    (house.home.folder / "keys" / "journal.skey").unlink()
    (house.home.folder / "retention.toml").write_text("faces = 3")
    passed = PURGE_S
    upkeep.tick()
    failures = [line for line in house.journal.entries() if line.operation == Operation.FAILURE]
    assert [line.details["step"] for line in failures] == ["purge", "checkpoint"]
    assert "attach the medium" in str(failures[1].details["reason"])


def test_counts_at_lines_live_for_three_years(house: House) -> None:
    start = int(house.time.timestamp()) // 900 * 900
    house.store.apply([(quarter(start), Mode.REHEARSAL)])
    house.days(1094)
    assert house.purge().counts == 0
    house.days(2)
    assert house.purger.preview(Terms.of(house.home.folder)).counts == 2
    assert house.store.line_counts()
    assert house.purge().counts == 2
    assert house.store.line_counts() == []
    record = house.records()[-1]
    assert (record.object_ref, record.details["count"]) == ("retention:counts", 2)


def test_the_start_must_be_signed(house: House) -> None:
    house.checkpointer.make()
    (house.home.folder / "keys" / "journal.skey").unlink()
    with pytest.raises(Exception, match="attach the medium"):
        Upkeep(house.home, house.store, house.journal).start()


# The command line


def run(*arguments: str) -> str:
    result = RUN.invoke(app, list(arguments))
    assert result.exit_code == 0, result.exception
    return result.stdout


def refused(*arguments: str) -> BaseException | None:
    return RUN.invoke(app, list(arguments)).exception


def test_purge_says_what_it_would_destroy_then_does(house: House) -> None:
    home = str(house.home.folder)
    house.time = datetime.now(UTC) - timedelta(days=10)
    _, clip = house.alert(1)
    assert json.loads(run("purge", "--home", home, "--json"))["evidence"] == 0
    would = json.loads(run("purge", "--home", home, "--older-than", "9", "--dry-run", "--json"))
    nothing = {"alerts": 0, "counts": 0, "entries": 0, "held": 0}
    assert would == {"evidence": 1, **nothing, "dry_run": True}
    assert clip.is_file()
    assert "pictures and clips of 1 alerts" in run("purge", "--home", home, "--older-than", "9")
    assert not clip.exists()
    assert house.records()[-1].actor.startswith("terminal:")


def test_purge_lengthens_no_term_and_shortens_nothing_of_the_journal(house: House) -> None:
    home = str(house.home.folder)
    for wrong in (
        ("--older-than", "31"),
        ("--older-than", "10", "--kind", "journal"),
        ("--older-than", "10", "--kind", "alerts"),
    ):
        assert isinstance(refused("purge", "--home", home, *wrong), UsageError)
    assert isinstance(refused("purge", "--home", home + "x"), UsageError)


def test_the_terms_are_told_with_their_sources(house: House) -> None:
    home = str(house.home.folder)
    words = run("purge", "--home", home, "--terms")
    assert "L252-5" in words
    assert "to be confirmed by your counsel" in words
    report = json.loads(run("purge", "--home", home, "--terms", "--json"))
    assert report["journal"]["days"] == 1095
    assert report["tracks"]["seconds"] == 10


def test_a_hold_is_placed_shown_and_lifted_and_the_journal_says_so(house: House) -> None:
    home = ("--home", str(house.home.folder))
    alert_id, _ = house.alert(1)
    placed = run("hold", "place", *home, "--reference", "PV 7", "--alert", str(alert_id))
    hold_id = placed.split()[-1]
    assert house.store.is_held(alert_id)
    assert "PV 7" in run("hold", "list", *home)
    run("hold", "lift", hold_id, *home)
    assert not house.store.is_held(alert_id)
    assert run("hold", "list", *home) == ""
    rows = json.loads(run("hold", "list", *home, "--all", "--json"))["holds"]
    assert (rows[0]["id"], rows[0]["reference"]) == (hold_id, "PV 7")
    steps = [line for line in house.journal.entries() if line.operation == Operation.HOLD]
    assert [line.details["step"] for line in steps] == ["place", "lift"]
    assert steps[0].motif == "PV 7"


@pytest.mark.parametrize(
    "wrong",
    [
        ("--reference", " ", "--alert", str(numbered_id(1))),
        ("--reference", "PV 7", "--camera", "gate", "--since", "yesterday", "--until", "today"),
        ("--reference", "PV 7", "--camera", "gate", "--since", "2026-11-22T18:00"),
        ("--reference", "PV 7", "--camera", "gate"),
        ("--reference", "PV 7"),
        ("--reference", "PV 7", "--alert", str(numbered_id(9))),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused_and_not_journalled(
    house: House, wrong: tuple[str, ...]
) -> None:
    house.alert(1)
    assert refused("hold", "place", "--home", str(house.home.folder), *wrong) is not None
    assert list(house.journal.entries()) == []
    assert not (house.home.folder / FILE_NAME).exists()
