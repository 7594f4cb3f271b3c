"""The command line: options, exit codes, and errors in one or two lines.

Results go to standard output, progress to standard error.  With ``--json`` standard output is one
JSON document, on errors too: ``{"error": {"message", "file", "line", "exit_code"}}``.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from verify import __version__
from verify.errors import InputError, RoutesDisagree
from verify.report import FORMATS
from verify.status import ExitCode, Profile

__all__ = ["COMMANDS", "build_parser", "common_options", "main", "print_json"]

COMMANDS = {
    "all": None,
    "run": None,
    "list": None,
    "show": None,
    "graph": "verify.report",
    "axioms": None,
    "audit": "verify.audit",
    "recheck": "verify.recheck",
    "selftest": "verify.selftest",
    "phase": "verify.phase",
    "bench": "verify.bench",
    "doctor": None,
}
"""Every command, and the module of ours without which it is not offered."""

EXIT_CODES = """\
exit codes, worst first:
  130  interrupted with Ctrl-C
    4  internal error, two routes disagree, or a check of the book accepts a mutant
    2  wrong usage or bad input
    1  a selected claim has another decided verdict than expected, a certificate is rejected,
       or a self-test item fails
    3  nothing contradicted, but something selected is undecided, not checkable, skipped,
       timed out, or below its floor
    5  nothing selected or found
    0  every selected claim as expected, at its floor or better
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are raised, so that ``--json`` can report them."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see `verify{_command_of(self.prog)} --help`)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in arguments
    try:
        args = build_parser().parse_args(arguments)
        code = int(args.run(args))
        sys.stdout.flush()
        return code
    except InputError as error:
        return _fail(as_json, ExitCode.USAGE, str(error), error.message, error.file, error.line)
    except RoutesDisagree as error:
        return _fail(as_json, ExitCode.INTERNAL, f"two routes disagree: {error}")
    except KeyboardInterrupt:
        text = "interrupted; finished results are kept, the same command goes on from them"
        return _fail(as_json, ExitCode.INTERRUPTED, text)
    except BrokenPipeError:  # the reader of our output has gone: nothing more to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.OK)
    except Exception as error:
        traceback.print_exc()
        text = f"internal error, please report it: {type(error).__name__}: {error}"
        return _fail(as_json, ExitCode.INTERNAL, text)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands that are present."""
    parser = _Parser(
        prog="verify",
        description="Verify the theorems of the book, and the claims of others.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"verify {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, needs in COMMANDS.items():
        module = f"verify.commands.{name}"
        if not _present(module) or (needs and not _present(needs)):
            continue
        command = importlib.import_module(module)
        sub = commands.add_parser(
            name,
            help=command.SUMMARY,
            description=command.__doc__,
            epilog=EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(sub)
        sub.set_defaults(run=command.run)
    return parser


def common_options(parser: argparse.ArgumentParser, *, running: bool = False) -> None:
    """Add the options that commands share; ``running`` adds those of commands that run checks."""
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("reports/latest"),
        metavar="DIR",
        help="the report's directory (default: %(default)s)",
    )
    parser.add_argument("--book", type=Path, metavar="DIR", help="another book than the one of the package")
    parser.add_argument(
        "--checks",
        action="append",
        default=[],
        metavar="MODULE",
        help="also load checks from this importable module (it is code: only your own)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.add_argument(
        "--profile",
        type=_profile,
        default=Profile.STANDARD,
        metavar="quick|standard|full",
        help="how much work (default: standard)",
    )
    parser.add_argument("--seed", type=_natural, default=1, metavar="N", help="default: 1")
    parser.add_argument("--device", choices=("auto", "cpu", "gpu"), default="auto")
    if not running:
        return
    parser.add_argument("--require", choices=("gpu",), help="fail at once when there is no usable GPU")
    parser.add_argument("--jobs", type=_positive, metavar="N", help="worker processes")
    parser.add_argument("--timeout", type=_seconds, metavar="S", help="seconds for one check (default: by profile)")
    parser.add_argument(
        "--memory",
        type=_positive,
        default=2048,
        metavar="MIB",
        help="for one worker (default: 2048)",
    )
    parser.add_argument(
        "--formats",
        type=_formats,
        metavar="LIST",
        help=f"some of {','.join(FORMATS)} (default: all, but no pdf in the quick profile; pdf needs LaTeX)",
    )
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="run the shards of large samplings on this Dask scheduler (needs the extra 'cluster')",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--resume", action="store_true", help="reuse results that still hold (the default)")
    which.add_argument("--fresh", action="store_true", help="check everything again")


def print_json(data: Any) -> None:
    """Print one JSON document on standard output."""
    print(json.dumps(data, indent=1, ensure_ascii=False))


def _fail(
    as_json: bool,
    code: ExitCode,
    text: str,
    message: str | None = None,
    file: str | None = None,
    line: int | None = None,
) -> int:
    print(f"verify: {text}", file=sys.stderr)
    if as_json:
        error = {"message": message or text, "file": file, "line": line, "exit_code": int(code)}
        print_json({"error": error})
    return int(code)


def _present(module: str) -> bool:
    from verify.catalogue import module_file

    return module_file(module) is not None


def _command_of(program: str) -> str:
    return "".join(f" {word}" for word in program.split()[1:])


def _profile(text: str) -> Profile:
    try:
        return Profile(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not quick, standard or full") from None


def _formats(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in FORMATS:
            raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(FORMATS)}")
    return names


def _natural(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number 0, 1, 2, ...")
    return int(text)


def _positive(text: str) -> int:
    if (number := _natural(text)) < 1:
        raise argparse.ArgumentTypeError("it must be at least 1")
    return number


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.0 < seconds < 1e7:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number of seconds above 0")
    return seconds
