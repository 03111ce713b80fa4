"""How somebody who wrote is heard and answered: by what is known of the people behind an address."""

import uuid

from accounts.models import Organization
from consent.keywords import read
from consent.models import Point, Preference
from consent.regions import country_of
from consent.selectors.word_sets import Listener, listener_for, sets_for, sets_in_force, vocabulary_of
from contacts.models import ContactPoint


def listener_of(point_id: uuid.UUID) -> Listener:
    """The words and the language for an address: what its person chose, what its people are listed with, its country, ours.

    Five queries.
    """
    chosen = Preference.objects.filter(point_id=point_id).values_list("language", flat=True)
    people = list(
        ContactPoint.objects.filter(point_id=point_id)
        .order_by("created_at", "id")
        .values_list("contact__language", "contact__country")
    )
    countries = [country for _, country in people if country]
    if not countries:
        regions = Point.objects.values_list("region", flat=True).get(id=point_id)
        countries = [country_of(region) for region in regions.split()]
    return listener_for(
        wishes=[*chosen, *(language for language, _ in people)],
        countries=list(dict.fromkeys(countries)),
        organization=Organization.objects.current(),
    )


def may_mean_start(text: str) -> bool:
    """Whether a message says START by any words of the organisation, whoever wrote it. One query."""
    sets = sets_in_force()
    for country in {"", *(each.country for each in sets)}:
        book = vocabulary_of(sets_for([country], sets).values())
        if read(text, languages=tuple(book.languages), vocabulary=book).kind == "start":
            return True
    return False
