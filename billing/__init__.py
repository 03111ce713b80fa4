"""Billing: prepaid units. It owns what a message costs and the ledger that says who has how many units and why.

Every movement is one append-only entry between two accounts of an organisation; a balance is the sum of its entries, kept in
a row that only the ledger's own trigger writes. It knows messages by id and kind of charge alone.
"""
