"""The drills. Each module has `run(seed: int) -> Verdict`; `mutations` breaks the product and expects its tests to see."""
