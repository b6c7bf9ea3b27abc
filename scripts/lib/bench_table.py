#!/usr/bin/env python3
"""Writes the results of `scripts/bench NAME --json` (standard input) as a table for docs/benchmarks.md."""

import json
import sys


def number(value):
    """Whole above 100, else two or three significant digits; empty for none."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def row(result):
    met = {None: "", True: "yes", False: "**no**"}[result.get("met")]
    cells = [
        f"`{result['bench']}`",
        f"{result['metric']} [{result['unit']}]",
        number(result["value"]),
        number(result.get("baseline")),
        number(result.get("ratio")),
        f"{number(result['low'])} to {number(result['high'])}",
        result.get("goal") or "",
        met,
    ]
    return "| " + " | ".join(cells) + " |"


def main():
    print("| measurement | what | value | compared with | ratio | spread | goal | met |")
    print("|---|---|---:|---:|---:|---|---|---|")
    for line in sys.stdin:
        if line.strip():
            print(row(json.loads(line)))


if __name__ == "__main__":
    main()
