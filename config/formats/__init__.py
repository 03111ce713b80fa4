"""How dates are written where no tag of ours does it."""
