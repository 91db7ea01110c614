"""Audit of the pinned packages for excuses vulnerabilities, by pip-audit.

Exit code 1: a vulnerability that `known-vulnerabilities` does not excuse, or an unreadable list. A
vulnerability service that does not answer is reported and doesn't stop the build.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# Signs in pip-audit's errors that the vulnerability service did not answer.
UNREACHABLE = ("requests.exceptions.", "_service.interface.", "your network may be blocking")


def excused(text: str) -> dict[str, str]:
    """Reasons by vulnerability id, from lines of `ID reason`; comments start with `#`."""
    pairs = [line.split(maxsplit=1) for line in text.splitlines() if line.strip() and line[0] != "#"]
    for pair in pairs:
        if len(pair) != 2:
            sys.exit(f"{pair[0]} is excused without a reason: write one after the id.")
    return dict(pairs)


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--requirements", type=Path, default=HERE.parent / "requirements/dev.txt")
    options.add_argument("--known", type=Path, default=HERE / "known-vulnerabilities")
    chosen, for_pip_audit = options.parse_known_args()
    excuses = excused(chosen.known.read_text())
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--format", "json"),
            # The lists name every package: nothing needs to be resolved or installed.
            *("--disable-pip", "--require-hashes", "--requirement", str(chosen.requirements)),
            *(part for name in excuses for part in ("--ignore-vuln", name)),
            *for_pip_audit,
        ],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if not done.stdout.strip():
        return report_failure(done.stderr)
    return report(json.loads(done.stdout)["dependencies"])


def report_failure(errors: str) -> int:
    last = errors.strip().splitlines()[-1:] or ["it printed nothing."]
    if any(re.search(re.escape(sign), errors) for sign in UNREACHABLE):
        print(f"audit: NOT DONE, the vulnerability service does not answer: {last[0][:300]}")
        return 0
    print(f"audit: pip-audit failed: {errors[-2000:]}", file=sys.stderr)
    return 1


def report(dependencies: list[dict[str, Any]]) -> int:
    unknown = [entry["name"] for entry in dependencies if "skip_reason" in entry]
    audited = [entry for entry in dependencies if "skip_reason" not in entry]
    if unknown:
        print(
            f"audit: NOT DONE for {len(unknown)} of {len(dependencies)} packages: the index has no "
            "vulnerability data on them."
        )
    vulnerable = [entry for entry in audited if entry["vulns"]]
    for entry in vulnerable:
        for vulnerability in entry["vulns"]:
            fixed_in = ", ".join(vulnerability["fix_versions"]) or "no version yet"
            print(f"audit: {entry['name']} {entry['version']}: {vulnerability['id']}, fixed in {fixed_in}")
    print(f"audit: {len(audited)} packages looked up, {len(vulnerable)} with known vulnerabilities.")
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(main())
