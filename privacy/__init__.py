"""What people may ask of an organisation that keeps something about them: here, to be forgotten.

Owns what was erased, when and by whom. It asks every app through the register of personal data and imports none of them but
accounts and core.
"""
