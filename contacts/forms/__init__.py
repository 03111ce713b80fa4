"""Shape and wording of HTML input; no decisions."""
