"""`bin/chaos [name …] [--seed N]`: run the drills at full size; the seed is printed so that a failure can be repeated."""

import argparse
import json
import secrets
import sys

from tooling import chaos, discovery


def main(arguments: list[str]) -> int:
    """Run the named drills, or all; 0 when every promise held."""
    parser = argparse.ArgumentParser(prog="bin/chaos")
    parser.add_argument("names", nargs="*", metavar="name")
    parser.add_argument("--seed", type=int, default=None, help="repeat the run that printed this number")
    options = parser.parse_args(arguments)
    seed = secrets.randbelow(1 << 31) if options.seed is None else options.seed
    try:
        chosen = discovery.choose(discovery.modules(chaos), options.names)
    except discovery.UnknownName as unknown:
        print(f"carillon: {unknown}", file=sys.stderr)
        return 2
    broken = 0
    print(f"carillon: seed {seed}", flush=True)
    for name, module in chosen.items():
        verdict = module.run(seed=seed)
        broken += not verdict.ok
        print(json.dumps({"drill": name, "ok": verdict.ok, "seed": seed} | verdict.figures), flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
