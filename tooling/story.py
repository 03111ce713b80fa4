"""The steps of the check, in order: what the newcomer does, and what must come of it."""

import dataclasses
from collections.abc import Callable

from tooling import campaigning, settling
from tooling.newcomer import Newcomer


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One step of the story: its name, what must come of it, and the deed."""

    name: str
    expected: str
    deed: Callable[[Newcomer], None]


STEPS = (
    Step("sign up", "the code of the caught mail opens an organisation", settling.sign_up),
    Step("go live", "the operator, with a second factor, ends the trial", settling.go_live),
    Step("purpose", "the words people agree to are in force on every channel", settling.open_purpose),
    Step("practice carrier", "one press gives a sender on each channel; an application has a key", settling.connect),
    Step("template", "it is submitted, and the network's review takes it", settling.have_template_approved),
    Step("import", "spoiled rows stay out, all others come in, their consent with them", settling.import_people),
    Step("four campaigns", "each is saved with its purpose, sender and list", campaigning.write),
    Step("check", "only people with proof get it; each other one is left out with the reason", campaigning.check),
    Step("launch", "after the breath everybody gets it once, and the receipts come in", campaigning.launch),
    Step("one by the API", "a dry run sends nothing; then one person gets it on each channel", campaigning.send_alone),
    Step("replies and stops", "they reach the product from the sandbox, each in its channel's way", campaigning.hear),
    Step("check again", "whoever said stop is left out, with the evidence, by the API too", campaigning.check_again),
)
