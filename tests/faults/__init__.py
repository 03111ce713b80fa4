"""Faults: killed workers, raced opt-outs, forged and repeated webhooks; the carrier's ledger is the judge."""
