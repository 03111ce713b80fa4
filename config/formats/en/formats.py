"""A moment always says its zone: operators look at organisations of every part of the world."""

DATETIME_FORMAT = "j M Y, H:i e"
