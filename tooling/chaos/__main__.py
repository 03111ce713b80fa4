"""`bin/chaos [name …] [--seed N] [--only PART]`: run the drills at full size; the seed is printed, to repeat a failure."""

import argparse
import inspect
import json
import secrets
import sys

from tooling import chaos, discovery


def main(arguments: list[str]) -> int:
    """Run the named drills, or all; 0 when every promise held."""
    parser = argparse.ArgumentParser(prog="bin/chaos")
    parser.add_argument("names", nargs="*", metavar="name")
    parser.add_argument("--seed", type=int, default=None, help="repeat the run that printed this number")
    parser.add_argument(
        "--only", default="", metavar="part", help="a part of one drill, such as a file of tests/mutations"
    )
    options = parser.parse_args(arguments)
    seed = secrets.randbelow(1 << 31) if options.seed is None else options.seed
    try:
        chosen = discovery.choose(discovery.modules(chaos), options.names)
    except discovery.UnknownName as unknown:
        print(f"carillon: {unknown}", file=sys.stderr)
        return 2
    if options.only and not all("only" in inspect.signature(module.run).parameters for module in chosen.values()):
        print("carillon: --only needs the name of a drill that has parts: mutations", file=sys.stderr)
        return 2
    part = {"only": options.only} if options.only else {}
    broken = 0
    print(f"carillon: seed {seed}", flush=True)
    for name, module in chosen.items():
        verdict = module.run(seed=seed, **part)
        broken += not verdict.ok
        print(json.dumps({"drill": name, "ok": verdict.ok, "seed": seed} | verdict.figures), flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
