"""What an organisation offers on the page where people choose, and ending the links that lead there."""

import uuid
from collections.abc import Collection, Mapping

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from consent.models import PreferencePage, Purpose
from core import clock

LONGEST_INTRO = 500


def save_preference_page(*, actor: Actor, offered: Collection[uuid.UUID], intros: Mapping[str, str]) -> PreferencePage:
    """Say which purposes people may say yes to on their page, and what stands at its top, by language.

    Effects: what somebody agreed to stays on their own page, offered or not. Nothing changed writes nothing.
    Errors:  Refused for a text that is too long.
    """
    actor.require("change_consent")
    kept = {language: text.strip() for language, text in intros.items() if text.strip()}
    for language, text in kept.items():
        if len(text) > LONGEST_INTRO:
            remedy = f"Keep it to {LONGEST_INTRO} characters."
            raise Refused("The text is too long.", field=f"intro_{language}", remedy=remedy)
    page = _locked_page()
    purposes = Purpose.objects.filter(archived_at=None)
    switched = [each for each in purposes if each.is_offered != (each.id in offered)]
    for purpose in switched:
        purpose.is_offered = not purpose.is_offered
        purpose.save(update_fields=["is_offered"])
    if not switched and page.intros == kept:
        return page
    page.intros = kept
    page.save(update_fields=["intros"])
    told = {"switched": sorted(purpose.key for purpose in switched), "languages": sorted(kept)}
    record_audit(actor=actor, action="preferences.page_saved", on=("preference_page", page.id), data=told)
    return page


def end_preference_links(*, actor: Actor) -> PreferencePage:
    """Let every link sent so far do nothing but stop; those sent from now on work. A way to stop is never taken away.

    Source:  15 U.S.C. 7704(a)(4)(A), CASL section 11(2)
    """
    actor.require("change_consent")
    page = _locked_page()
    page.links_from = clock.now()
    page.save(update_fields=["links_from"])
    record_audit(actor=actor, action="preferences.links_ended", on=("preference_page", page.id), data={})
    return page


def _locked_page() -> PreferencePage:
    PreferencePage.objects.get_or_create()
    page: PreferencePage = PreferencePage.objects.select_for_update().get()
    return page
