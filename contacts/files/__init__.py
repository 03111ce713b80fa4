"""Contact files: reading what people upload without trusting it, and writing what a spreadsheet opens without harm."""
