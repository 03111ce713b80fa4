"""Config: the composition root. It wires every app by name; nobody imports it."""
