"""One crowd, three answers: the plan's, the single person's and one reckoned without the database, for whom the gate judges."""
