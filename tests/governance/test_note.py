"""Signed notes and checkpoints, held to known ones that other software made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.governance.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    inclusion_proof,
    parse_witness_request,
    witness_request,
)
from gardefou.governance.merkle import EMPTY_ROOT
from gardefou.governance.note import Algorithm, Note, Signature, SignerKey, VerifierKey

VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZ"
    "b6KE6RyyBwJnAM=\n"
)
"""The example of Go's golang.org/x/mod/sumdb/note, where the format comes from."""

LOG = SignerKey.generate("town.example/journal")
WITNESS = SignerKey.generate("witness.example/w1", Algorithm.COSIGNATURE)
POINT = Checkpoint("town.example/journal", 7, EMPTY_ROOT)


def test_a_note_made_elsewhere_is_read_verified_and_made_again() -> None:
    key, note = VerifierKey.parse(VKEY), Note.parse(NOTE)
    assert note.signatures_of(key) == list(note.signatures)
    assert SignerKey.parse(SKEY).sign(note.text) == note.signatures[0]
    assert str(note) == NOTE


def test_keys_have_the_text_form_of_other_tools() -> None:
    assert str(VerifierKey.parse(VKEY)) == VKEY
    assert str(SignerKey.parse(SKEY)) == SKEY
    assert str(SignerKey.parse(SKEY).verifier) == VKEY
    assert VerifierKey.parse("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")


def test_a_private_key_does_not_show_itself_in_a_log() -> None:
    assert str(SignerKey.parse(SKEY)).split("+", 2)[2] not in repr(SignerKey.parse(SKEY))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "PeterNeumann",
        VKEY.replace("c74f20a3", "c74f20a4"),
        VKEY.replace("ARpc", "AhpC"),
        VKEY[:-4],
        VKEY.replace("PeterNeumann", "Peter Neumann"),
        SKEY,
    ],
)
def test_what_is_no_public_key_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        VerifierKey.parse(wrong)


@pytest.mark.parametrize("wrong", ["", VKEY, SKEY.replace("c74f20a3", "00000000")])
def test_what_is_no_private_key_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        SignerKey.parse(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "text\n",
        "text\n\n",
        NOTE[:-1],
        NOTE.replace("—", "-"),
        NOTE.replace("x08go", "x08g"),
        NOTE.replace("If", "\tIf"),
        NOTE.replace("AM=\n", "AN=\n"),
        "text\n\n— name AAAA\n",
        "text\n\n— name\n",
    ],
)
def test_what_is_no_note_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        Note.parse(wrong)


@given(st.integers(0, len(NOTE.split("\n\n")[0]) - 1))
def test_a_changed_text_has_a_false_signature(place: int) -> None:
    key = VerifierKey.parse(VKEY)
    note = Note.parse(NOTE)
    changed = note.text[:place] + "#" + note.text[place + 1 :]
    with pytest.raises(ValueError, match="not its own"):
        Note(changed, note.signatures).signatures_of(key)


def test_signatures_of_unknown_keys_are_ignored() -> None:
    note = Note.parse(NOTE)
    assert note.signatures_of(LOG.verifier) == []
    namesake = SignerKey.generate("PeterNeumann")
    both = note.signed_also([namesake.sign(note.text)])
    assert len(both.signatures) == 2
    assert both.signatures_of(VerifierKey.parse(VKEY)) == list(note.signatures)
    assert both.signed_also(both.signatures) == both


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb"])
def test_names_with_spaces_or_plus_are_refused(name: str) -> None:
    with pytest.raises(ValueError):
        SignerKey.generate(name)


def test_a_checkpoint_is_the_three_lines_of_the_specification() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    point = Checkpoint.parse(text)
    assert (point.origin, point.size) == ("example.com/behind-the-sofa", 20852163)
    assert point.text == text


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "origin\n1\n",
        POINT.text + "extension\n",
        POINT.text.replace("\n7\n", "\n07\n"),
        POINT.text.replace("\n7\n", "\n-7\n"),
        POINT.text.replace("town.example/journal", ""),
        "origin\n1\nAAAA\n",
        POINT.text[:-1],
    ],
)
def test_what_is_no_checkpoint_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        Checkpoint.parse(wrong)


def test_a_signed_checkpoint_reads_back_and_only_its_key_signed_it() -> None:
    signed = SignedCheckpoint.sign(POINT, LOG)
    assert SignedCheckpoint.parse(str(signed)) == signed
    assert signed.is_signed_by(LOG.verifier)
    assert not signed.is_signed_by(SignerKey.generate(LOG.name).verifier)
    moved = str(signed).replace("\n7\n", "\n8\n")
    assert not SignedCheckpoint.parse(moved).is_signed_by(LOG.verifier)


def test_a_cosignature_is_over_the_time_too() -> None:
    cosigned = SignedCheckpoint.sign(POINT, LOG).cosigned(WITNESS, 1679315147)
    assert cosigned.is_signed_by(LOG.verifier)
    assert cosigned.witnessed_by([WITNESS.verifier]) == {"witness.example/w1": 1679315147}
    line = cosigned.note.signatures[-1]
    later = Signature(line.name, line.key_id, b"\0" * 7 + b"\1" + line.data[8:])
    forged = SignedCheckpoint.sign(POINT, LOG).with_signatures([later])
    assert forged.witnessed_by([WITNESS.verifier]) == {}


def test_the_message_of_a_cosignature_is_that_of_the_specification() -> None:
    signature = WITNESS.sign(POINT.text, 1679315147)
    plain = SignerKey("w", Algorithm.ED25519, WITNESS.seed)
    message = f"cosignature/v1\ntime 1679315147\n{POINT.text}"
    assert signature.data == (1679315147).to_bytes(8, "big") + plain.sign(message).data
    assert signature.key_id == WITNESS.verifier.id


def test_a_log_s_key_cannot_pass_for_a_witness() -> None:
    same = SignerKey(LOG.name, Algorithm.COSIGNATURE, LOG.seed)
    assert same.verifier.id != LOG.verifier.id
    assert SignedCheckpoint.sign(POINT, LOG).witnessed_by([same.verifier, LOG.verifier]) == {}


def test_a_request_to_a_witness_reads_back() -> None:
    signed = SignedCheckpoint.sign(POINT, LOG)
    given = witness_request(5, [EMPTY_ROOT, b"\1" * 32], signed)
    assert given.startswith("old 5\n47DEQpj8")
    assert parse_witness_request(given) == (5, [EMPTY_ROOT, b"\1" * 32], signed)
    assert parse_witness_request(witness_request(0, [], signed)) == (0, [], signed)
    for wrong in ("", str(signed), given.replace("old 5", "old 05"), given.replace("\n\n", "\n")):
        with pytest.raises(ValueError):
            parse_witness_request(wrong)


def test_a_proof_of_inclusion_has_the_form_of_the_specification() -> None:
    signed = SignedCheckpoint.sign(POINT, LOG)
    assert inclusion_proof(3, [EMPTY_ROOT], signed) == (
        f"c2sp.org/tlog-proof@v1\nindex 3\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n{signed}"
    )
