"""The command line: one file a verb; nothing is decided here."""


def main() -> None:
    """Run the command.

    Its rooms are imported only now: a process of the system that starts by re-reading the entry
    script, as workers' and evidence processes do, does not pay for them.
    """
    from gardefou.cli.app import main as run

    run()
