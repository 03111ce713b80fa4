"""The demo organisation: six weeks of a fabric shop, made by the verbs everybody uses, at a clock of its own.

story.toml says who, what and when. people.py invents the customers and their files, stage.py holds the time and listens to
the carrier, opening.py and trading.py do the deeds.
"""
