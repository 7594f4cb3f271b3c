"""Print everything that a claim rests on besides checked steps, and how far each of these reaches.

cited: a classical theorem; argued: an argument in words; computed: a computation too large for the
independent checker; statistical: sampling with stated error rates.
"""

from __future__ import annotations

import argparse

from verify.cli import common_options, print_json
from verify.commands._running import load
from verify.status import ExitCode

SUMMARY = "what a claim rests on, with the reach of each"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("ids", nargs="+", metavar="ID")
    common_options(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from verify.commands._lastrun import last_report

    book = load(args)
    found = book.select(args.ids)
    report = last_report(book, args)
    reach = {entry["id"]: entry for entry in report["summary"]["assumptions"]}
    titles = {claim["id"]: claim["title"] for claim in report["claims"]}
    answer = []
    for claim in report["claims"]:
        if claim["id"] in found:
            entries = [
                {
                    **reach.get(name, {"id": name, "reach": 0, "fraction": "0"}),
                    "title": titles.get(name.partition(":")[2], ""),
                }
                for name in claim["assumptions"]
            ]
            answer.append({"id": claim["id"], "run": claim["run"], "assumptions": entries})
    if args.json:
        print_json({"claims": answer})
        return int(ExitCode.OK if answer else ExitCode.NOTHING)
    for item in answer:
        state = "" if item["run"] == "ok" else f" (last run: {item['run']})"
        print(f"{item['id']} rests on{state}:")
        for entry in item["assumptions"]:
            print(f"  {entry['id']}  (reaches {entry['fraction']} claims)  {entry['title']}")
        if not item["assumptions"]:
            print("  nothing but checked steps" if item["run"] == "ok" else "  not known yet")
    return int(ExitCode.OK if answer else ExitCode.NOTHING)
