"""`bin/bench [name …] [--quick]`: run the benchmarks; the last line of each is one JSON object."""

import argparse
import sys

from tooling import bench, discovery


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all; 0 when every goal was met."""
    parser = argparse.ArgumentParser(prog="bin/bench")
    parser.add_argument("names", nargs="*", metavar="name")
    parser.add_argument("--quick", action="store_true", help="smaller and rougher: says whether it runs, not how fast")
    options = parser.parse_args(arguments)
    try:
        chosen = discovery.choose(discovery.modules(bench), options.names)
    except discovery.UnknownName as unknown:
        print(f"carillon: {unknown}", file=sys.stderr)
        return 2
    missed = 0
    for name, module in chosen.items():
        measurement = module.run(quick=options.quick)
        missed += not measurement.ok
        print(measurement.line(name, quick=options.quick), flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
