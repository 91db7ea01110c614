"""Builds the demo animal model: composes pictures, trains, publishes, evaluates."""

import argparse
import json
import time
from pathlib import Path

from models.training.animals.evaluate import FULL_MEASURE, SMOKE_MEASURE, measure
from models.training.animals.train import SMOKE_PLAN, Plan, isolate_ultralytics, publish, train

REPOSITORY = Path(__file__).resolve().parents[3]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work-dir", type=Path, required=True, help="for pictures, checkpoints, figures")
    parser.add_argument("--output", type=Path, help="default: the shipped one; --smoke: in the work dir")
    parser.add_argument("--smoke", action="store_true", help="a run of seconds that shows the steps work")
    options = parser.parse_args()
    work_dir: Path = options.work_dir.resolve()
    work_dir.mkdir(parents=True, exist_ok=True)
    plan = SMOKE_PLAN if options.smoke else Plan()
    shipped = (work_dir if options.smoke else REPOSITORY / "models" / "demo") / "animals.pt"
    output: Path = options.output or shipped

    isolate_ultralytics(work_dir)
    started_s, started_cpu_s = time.monotonic(), time.process_time()
    sha256 = publish(train(work_dir, plan), output, plan)
    trained_s, trained_cpu_s = time.monotonic() - started_s, time.process_time() - started_cpu_s
    figures = measure(output, SMOKE_MEASURE if options.smoke else FULL_MEASURE)
    report = {
        "sha256": sha256,
        "bytes": output.stat().st_size,
        "made_in_s": round(trained_s),
        "made_in_cpu_s": round(trained_cpu_s),
        **figures,
    }
    (work_dir / "figures.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
