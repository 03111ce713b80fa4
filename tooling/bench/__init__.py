"""The benchmarks. Each module has `run(scale: str) -> Report`: the product's way beside its limit, in one run, interleaved.

The product is driven through its own doors: by the verbs of `tests/tooling/bench_house.py`, by the tasks' names, over HTTP.
"""
