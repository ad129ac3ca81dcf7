"""The whole matrix of role and action, cell by cell, written out a second time on purpose."""

from __future__ import annotations

import pytest

from gardefou.governance.roles import HABILITATED, SHOWING_IMAGES, TABLE, Action, Role, allowed

MATRIX = """
                    operator supervisor dpo auditor admin
see_state              x         x       x     x      x
see_alerts             x         x       .     .      .
see_images             x         x       .     .      .
live_view              x         x       .     .      .
review                 x         x       .     .      .
suspend                x         x       x     .      x
propose_resumption     x         x       .     .      .
confirm_resumption     .         x       .     .      .
approve_camera         .         x       .     .      .
configure_site         .         .       .     .      x
manage_accounts        .         .       .     .      x
read_journal           .         .       x     x      .
propose_export         x         x       .     .      .
approve_export         .         x       .     .      .
legal_hold             .         x       x     .      .
purge                  .         .       x     .      .
requests               .         .       x     .      .
read_findings          .         x       x     x      .
answer_findings        .         .       x     .      .
read_measures          .         x       x     x      .
publish_register       .         .       x     .      .
"""
HEAD, *ROWS = [line.split() for line in MATRIX.strip().splitlines()]
CELLS = {
    (role, row[0]): mark == "x" for row in ROWS for role, mark in zip(HEAD, row[1:], strict=True)
}

READING = {"see_state", "read_journal", "read_findings", "read_measures"}


@pytest.mark.parametrize(("role", "action"), [(r, a) for r in Role for a in Action])
def test_a_cell_of_the_matrix_is_as_written(role: Role, action: Action) -> None:
    assert allowed(role, action) is CELLS[role.value, action.value]


def test_the_matrix_has_these_cells_and_no_others() -> None:
    assert CELLS.keys() == {(role.value, action.value) for role in Role for action in Action}


def test_there_are_these_roles_and_none_for_a_vendor() -> None:
    assert [role.value for role in Role] == ["operator", "supervisor", "dpo", "auditor", "admin"]
    assert TABLE.keys() == set(Role)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.DPO])
def test_who_has_no_need_of_images_never_gets_any(role: Role) -> None:
    assert not TABLE[role] & HABILITATED


def test_the_auditor_only_reads() -> None:
    assert {action.value for action in TABLE[Role.AUDITOR]} == READING


def test_whatever_shows_images_needs_a_habilitation() -> None:
    assert SHOWING_IMAGES < HABILITATED
    assert Action.SEE_ALERTS in HABILITATED


def test_every_action_is_somebodys() -> None:
    assert set().union(*TABLE.values()) == set(Action)


def test_the_table_cannot_be_changed_while_running() -> None:
    with pytest.raises(TypeError):
        TABLE[Role.ADMIN] = frozenset(Action)  # type: ignore[index]
