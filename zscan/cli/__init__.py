"""The command line: arguments, printing, progress and exit codes live here and nowhere else.

Commands are thin: they turn arguments into the inputs of a stage, call it, and print what it gave. Heavy imports stay inside functions, so
that `zscan --help` costs next to nothing.
"""

from __future__ import annotations

import io
import sys

INTERRUPTED, BUG = 130, 70


def main() -> None:
    """The program. Every way out of it is an exit code that means something."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # scanned names may hold what the terminal's encoding lacks
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and give its exit code; nothing but this prints an error."""
    if arguments in (["version"], ["--version"]):  # the parser would take ten times as long as the answer
        from zscan.cli import version

        version.command()
        return 0
    import typer

    from zscan.cli.app import app
    from zscan.errors import ZscanError

    try:
        result = app(arguments, prog_name="zscan", standalone_mode=False)
    except typer.Exit as stop:
        return int(stop.exit_code)
    except typer.TyperException as error:
        return _usage(error)
    except ZscanError as error:
        print(f"zscan: {error.diagnostics()}", file=sys.stderr)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        print("zscan: interrupted; what was read is kept, `--resume` continues", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001 (the outermost border: a traceback would be of no use to the user)
        return _bug(error)
    return result if isinstance(result, int) else 0


def _usage(error: Exception) -> int:
    """A mistake on the command line, as the parser words it, with the command whose help tells more."""
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    if type(error).__name__ == "NoArgsIsHelpError":
        print(message)
        return 2
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "zscan"
    print(f"{path}: {message}\n  what to do: `{path} --help` shows what it takes", file=sys.stderr)
    return 2


def _bug(error: Exception) -> int:
    import os
    import traceback
    from pathlib import Path

    place = traceback.extract_tb(error.__traceback__)[-1]
    print(
        f"zscan: internal error: {type(error).__name__}: {error} ({place.name}, line {place.lineno} of {Path(place.filename).name})",
        file=sys.stderr,
    )
    print("  This is a bug in zscan. ZSCAN_DEBUG=1 shows the whole traceback for a report.", file=sys.stderr)
    if os.environ.get("ZSCAN_DEBUG"):
        traceback.print_exception(error)
    return BUG
