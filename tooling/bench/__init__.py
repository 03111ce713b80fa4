"""The benchmarks. Each module has `run(quick: bool) -> Measurement` and compares two ways in one process, interleaved."""
