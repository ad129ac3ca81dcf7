"""The `gardefou` command: its verbs, and what a failure looks like."""

from __future__ import annotations

import errno
import getpass
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, NoReturn

import typer
from typer.main import get_command

from gardefou import __version__
from gardefou.cli.absence import absence
from gardefou.cli.account import app as account_app
from gardefou.cli.analyse import INTERRUPTED, analyse
from gardefou.cli.bench import bench
from gardefou.cli.camera import app as camera_app
from gardefou.cli.counts import counts
from gardefou.cli.demo import demo
from gardefou.cli.doctor import doctor
from gardefou.cli.documents import app as documents_app
from gardefou.cli.documents import dpia_app
from gardefou.cli.evaluate import evaluate
from gardefou.cli.evaluate_tracking import evaluate_tracking
from gardefou.cli.findings import app as findings_app
from gardefou.cli.hold import app as hold_app
from gardefou.cli.inspect_bundle import inspect
from gardefou.cli.journal import app as journal_app
from gardefou.cli.keys import app as keys_app
from gardefou.cli.mandate import app as mandate_app
from gardefou.cli.measures import app as drill_app
from gardefou.cli.measures import measures
from gardefou.cli.models import app as models_app
from gardefou.cli.purge import purge
from gardefou.cli.register import app as register_app
from gardefou.cli.rights import app as rights_app
from gardefou.cli.run import init, run
from gardefou.cli.site import app as site_app
from gardefou.cli.suspend import resume, suspend
from gardefou.cli.usage import explain, speak
from gardefou.errors import GardefouError, one_line
from gardefou.governance.refusal import MandateError
from gardefou.i18n import text
from gardefou.storage.faults import FULL_DISK

WRONG_USE = 2
"""Exit status when the command was called in a way that cannot work."""

app = typer.Typer(
    name="gardefou",
    help=text("cli.help"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command(help=text("absence.command.help"))(absence)
app.command(help=text("cli.analyse.help"))(analyse)
app.command(help=text("load.bench.help"))(bench)
app.command(help=text("counts.command.help"))(counts)
app.command(help=text("cli.demo.help"))(demo)
app.command(help=text("cli.doctor.help"))(doctor)
app.command(help=text("cli.evaluate.help"))(evaluate)
app.command("evaluate-tracking", help=text("cli.evaluate_tracking.help"))(evaluate_tracking)
app.command(help=text("cli.init.help"))(init)
app.command(help=text("mandate.command.resume"))(resume)
app.command(help=text("cli.run.help"))(run)
app.command(help=text("retention.command.purge"))(purge)
app.add_typer(hold_app, name="hold", help=text("retention.hold.about"))
app.add_typer(keys_app, name="keys", help=text("log.keys_command.about"))
app.add_typer(account_app, name="account", help=text("accounts.command.about"))
app.command(help=text("mandate.command.suspend"))(suspend)
app.add_typer(camera_app, name="camera", help=text("mandate.command.camera"))
app.command(help=text("inspection.command.help"))(inspect)
app.command(help=text("measures.command.help"))(measures)
app.add_typer(documents_app, name="documents", help=text("documents.command.about"))
app.add_typer(dpia_app, name="dpia", help=text("documents.command.dpia_about"))
app.add_typer(drill_app, name="drill", help=text("measures.command.about"))
app.add_typer(findings_app, name="findings", help=text("findings.command.about"))
app.add_typer(register_app, name="register", help=text("register.command.about"))
app.add_typer(rights_app, name="rights", help=text("rights.command.about"))
app.add_typer(journal_app, name="journal", help=text("governance.command.about"))
app.add_typer(mandate_app, name="mandate", help=text("mandate.command.about"))
app.add_typer(models_app, name="models", help=text("cli.models.help"))
app.add_typer(site_app, name="site", help=text("site.command.about"))


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gardefou {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help=text("cli.version.help")
        ),
    ] = False,
) -> None:
    """Options that stand before the verb."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command (``arguments``, those of the process by default) and leave.

    A known failure is one line on stderr and its exit status; a mandate that lacks several things
    is refused with a line for each. What reads the output may leave at any time.
    """
    command = get_command(app)
    speak(command)
    warnings.simplefilter("ignore", getpass.GetPassWarning)  # It says so itself, in one line.
    try:
        status = command.main(arguments, prog_name="gardefou", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(status)
    except MandateError as error:
        _fail([str(each) for each in error.refusals], error.exit_status)
    except GardefouError as error:
        _fail([str(error)], error.exit_status)
    except typer.TyperException as error:
        _fail([explain(error)], WRONG_USE)
    except typer.Abort:
        typer.echo("", err=True)  # The question stands there without the end of its line.
        _fail([text("cli.usage.no_answer")], WRONG_USE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:
        _fail([_of_the_system(error)], 1)


def _of_the_system(error: OSError) -> str:
    """What the system refused, of a file that no command thought of, or of the output itself.

    Raises what is neither.
    """
    reason = error.strerror or error
    if error.filename is not None:
        return text("cli.usage.path", path=error.filename, reason=reason)
    if error.errno not in (*FULL_DISK, errno.EIO, errno.EPIPE, errno.EBADF):
        raise error
    with suppress(OSError, ValueError):  # What waits to be written is thrown away.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    return text("cli.usage.output", reason=reason)


def _fail(lines: Sequence[str], status: int) -> NoReturn:
    for line in lines:
        typer.echo(f"gardefou: {one_line(line)}", err=True)
    sys.exit(status)
