"""What people write, and what it is taken for."""

import datetime

import pytest

from consent import vocabulary
from consent.answer_texts import reply_text
from consent.folding import fold
from consent.keywords import classify, read
from consent.rule_reader import InvalidRules, Row
from consent.rulebook import rulebook
from consent.vocabulary import LEGAL_MINIMUM, default_vocabulary


@pytest.mark.parametrize(
    "text",
    [
        *LEGAL_MINIMUM,
        "STOP", " stop. ", "Stop!!", "“stop”", "ＳＴＯＰ", "Stop️🙏🏽", "s\u200bt\u200bo\u200bp", "st\u00adop", "S.T.O.P", "ⓈⓉⓄⓅ",
        "STOP ALL", "stop-all", "Opt-out", "opt out", "OPTOUT", "REVOKE", "«quit»", "STOP\n\nSent from my phone",
    ],
)  # fmt: skip
def test_the_stop_family_is_a_stop_however_it_is_written(text):
    assert classify(text) == "stop"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Stop please", "keyword"),
        ("please stop texting me", "phrase"),
        ("unsubscribe me", "phrase"),
        ("stop with the offers", "opening"),
        ("ok please stop", "keyword"),
        ("yes stop", "closing"),
        ("cancel all messages", "ambiguous word with its subject"),
        ("don’t text me", "phrase"),
        ("do not contact me ever again, I mean it, really", "phrase"),
        ("take me off your list or I call a lawyer", "phrase"),
        ("I want to unsubscribe from this list right now", "phrase"),
        ("leave me alone", "phrase"),
        ("🛑", "symbol"),
        ("🛑 🛑️", "symbol"),
    ],
)
def test_their_own_words_are_a_stop_and_the_rule_is_named(text, rule):
    reading = read(text)

    assert (reading.kind, reading.rule, reading.review) == ("stop", rule, False)


@pytest.mark.parametrize(
    "text", ["wrong number", "You have the wrong number!", "numéro? mauvais numéro", "ghalat number hai"]
)
def test_a_wrong_number_is_a_stop_with_a_flag(text):
    reading = read(text)

    assert (reading.kind, reading.wrong_number) == ("stop", True)


@pytest.mark.parametrize("text", ["This is not my number", "you have the wrong person"])
def test_what_only_says_that_somebody_else_is_there_is_a_stop_that_a_human_reads(text):
    reading = read(text)

    assert (reading.kind, reading.review, reading.wrong_number) == ("stop", True, True)


@pytest.mark.parametrize(
    "text",
    [
        "ARRÊT", "arret!", "Stopp", "Abmelden bitte", "AUFHÖREN", "ALTO", "no más", "parar", "روکیں", "روكيں", "بس کریں",
        "band karo", "bas karein please", "बंद", "बंद करो", "أوقف", "basta", "afmelden",
    ],
)  # fmt: skip
@pytest.mark.parametrize("languages", [(), ("en",), ("de", "ur-PK")])
def test_a_stop_in_any_language_is_a_stop_whatever_language_we_expected(text, languages):
    assert classify(text, languages=languages) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "STOPPED by yesterday, loved it",
        "Don't stop the offers",
        "Please do not stop texting me",
        "Cancel my 3pm appointment",
        "End of season sale?",
    ],
)
def test_a_doubtful_stop_word_is_read_by_a_human(text):
    reading = read(text)

    assert (reading.kind, reading.review) == (None, True)


@pytest.mark.parametrize(
    "text",
    [
        "Please don't call me, but when do you open?",
        "کال نہ کریں، آپ کی دکان کب کھلتی ہے؟",
        "don't call me，when do you open？",
        "no me llamen, ¿a qué hora abren mañana?",
    ],
)
def test_a_question_in_one_sentence_with_a_stop_in_their_own_words_is_a_stop_that_a_human_reads(text):
    reading = read(text)

    assert (reading.kind, reading.rule, reading.review) == ("stop", "phrase", True)


@pytest.mark.parametrize(
    "text",
    [
        "Can you please stop texting me?",
        "Hey, can you guys, like, stop texting me?",
        "Is this still Mina's shop? Stop texting me. STOP.",
        "stop texting me, ok?",
        "Stop messaging me, will you?",
        "Please don't call me!!!",
        "STOP?",
        "When will you stop calling me? Leave me alone",
        "Who is this? Stop texting me",
        "don't call me. What time do you open on Sundays?",
        "Is my order ready yet? And please stop calling me.",
    ],
)
def test_a_plea_that_is_itself_the_question_or_has_a_sentence_of_its_own_stays_a_plain_stop(text):
    reading = read(text)

    assert (reading.kind, reading.review) == ("stop", False)


@pytest.mark.parametrize(
    "text", ["", "  ", "👍", "ok", "please", "What time do you open?", "Yesterday was great", "!!!"]
)
def test_an_ordinary_message_is_nothing_special(text):
    reading = read(text)

    assert (reading.kind, reading.review) == (None, False)


@pytest.mark.parametrize("text", ["START", "start", "Unstop!", "start please", "START, thank you"])
def test_start_subscribes_again(text):
    assert classify(text) == "start"


@pytest.mark.parametrize("text", ["ok you start now", "you start", "Hi, you start!"])
def test_telling_us_to_begin_something_is_no_start(text):
    assert (classify(text), read(text).review) == (None, False)


@pytest.mark.parametrize("text", ["YES", "Yes please", "Y", "Sí, gracias", "Ja"])
def test_a_yes_that_nobody_asked_for_is_no_start(text):
    assert classify(text, languages=("es", "de")) is None


@pytest.mark.parametrize("text", ["HELP", "info", "Help!", "help please"])
def test_help_asks_for_help(text):
    assert classify(text) == "help"


def test_help_in_another_language_needs_the_hint():
    assert classify("ayuda") is None
    assert classify("¡Ayuda!", languages=("es-MX",)) == "help"
    assert classify("مدد", languages=("ur",)) == "help"


def test_stop_wins_over_help_and_start_in_one_message():
    assert classify("help stop") == "stop"
    assert classify("start stop") == "stop"


def test_an_organization_adds_words_and_keeps_the_legal_minimum():
    ours = default_vocabulary().extended("stop", ["Glocke aus"]).extended("start", ["Glocke an"])

    assert classify("glocke AUS!", vocabulary=ours) == "stop"
    assert classify("Glocke an", vocabulary=ours) == "start"
    assert all(classify(word, vocabulary=ours) == "stop" for word in LEGAL_MINIMUM)
    assert classify("glocke aus") is None


@pytest.mark.parametrize(
    ("text", "outcome"), [("Para", "likely"), ("para, gracias", "likely"), ("Gracias, es para mañana", "not")]
)
def test_a_stop_word_an_organization_took_off_is_held_where_it_is_the_whole_message(text, outcome):
    words = default_vocabulary().languages["es"]["keyword"] - {("para",)}

    ours = default_vocabulary().replaced("es", {"keyword": words})

    assert read(text, vocabulary=ours).outcome == outcome


def test_a_stop_word_that_was_put_back_is_a_stop_again():
    words = default_vocabulary().languages["es"]["keyword"]
    ours = default_vocabulary().replaced("es", {"keyword": words - {("para",)}})

    assert read("para", vocabulary=ours.replaced("es", {"keyword": words})).outcome == "certain"


def test_a_vocabulary_without_the_legal_minimum_is_refused(monkeypatch):
    words = {"keyword": [word for word in LEGAL_MINIMUM if word != "revoke"], "written_on": datetime.date(2026, 11, 25)}
    words |= {"read_by": ""}
    monkeypatch.setattr(vocabulary, "keyword_file", lambda: Row("keywords.toml", {"language": {"en": words}}))

    with pytest.raises(InvalidRules, match="legal minimum; revoke is missing"):
        default_vocabulary.__wrapped__()


def test_an_added_word_needs_letters():
    with pytest.raises(ValueError, match="without a letter"):
        default_vocabulary().extended("stop", ["!!"])


def test_folding_keeps_the_marks_that_make_hindi_words():
    assert fold("बंद!") == ("बंद",)
    assert fold("Ärger, ÉTÉ") == ("arger", "ete")


def test_the_stop_reply_names_the_sender_and_offers_nothing():
    text = reply_text("stop", "Acme", "en", "", closed=("sms",))

    assert text == "Acme: you are unsubscribed and will get no more texts from us."


@pytest.mark.parametrize(
    ("language", "closed", "words"),
    [
        ("en", ("voice", "sms"), "no more texts or calls from us"),
        ("en", ("whatsapp",), "no more WhatsApp messages from us"),
        ("en", ("sms", "whatsapp", "voice", "email"), "no more texts, WhatsApp messages, calls or emails from us"),
        ("es", ("sms", "voice"), "no recibirá más SMS ni llamadas de nuestra parte"),
        ("fr", ("sms", "voice"), "ne recevrez plus de SMS ni d'appels de notre part"),
        ("de", ("whatsapp",), "keine WhatsApp-Nachrichten mehr von uns"),
        ("pt", ("email",), "não receberá mais e-mails da nossa parte"),
        ("ur", ("sms", "voice"), "ہماری طرف سے SMS اور کالز بند ہیں"),
        ("hi", ("sms", "voice"), "हमारी ओर से SMS और कॉल बंद हैं"),
    ],
)
def test_the_stop_reply_promises_silence_on_what_is_closed_and_on_nothing_else(language, closed, words):
    assert words in reply_text("stop", "Acme", language, "", closed=closed)


def test_the_stop_reply_follows_the_scope_of_the_channel_it_was_heard_on():
    before, after = (
        reply_text("stop", "Acme", "en", "", closed=rulebook().stopped_channels("sms", day))
        for day in (datetime.date(2026, 11, 25), datetime.date(2027, 2, 1))
    )

    assert before == "Acme: you are unsubscribed and will get no more texts from us."
    assert after == "Acme: you are unsubscribed and will get no more texts or calls from us."


def test_the_help_reply_says_who_where_how_often_what_it_costs_and_how_to_stop():
    text = reply_text("help", "Acme", "en-GB", "help@acme.example", "Up to 4 messages a month.")

    assert text == (
        "Acme: for help contact help@acme.example. Up to 4 messages a month. "
        "Msg & data rates may apply. Reply STOP to stop."
    )


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "pt", "ur", "hi"])
def test_replies_in_every_language_carry_what_must_be_in_them(language):
    help_text = reply_text("help", "Acme", language, "+44 20 7946 0000")
    start_text = reply_text("start", "Acme", language, "")

    assert all(part in help_text for part in ("Acme", "+44 20 7946 0000", "STOP"))
    assert all(part in start_text for part in ("Acme", "HELP", "STOP"))
    assert "Acme" in reply_text("stop", "Acme", language, "", closed=("sms",))


def test_a_language_without_texts_gets_english():
    assert reply_text("help", "Acme", "fi", "us") == reply_text("help", "Acme", "en", "us")


def test_braces_in_a_name_are_only_braces():
    told = reply_text("stop", "{contact}", "en", "", closed=("sms",))

    assert told.startswith("{contact}: you are unsubscribed")


@pytest.mark.parametrize(
    ("kind", "name", "contact", "field"),
    [
        ("help", "Acme", " ", "contact"),
        ("stop", " ", "", "organization_name"),
        ("stop", "Acme", "", "closed"),
        ("bye", "Acme", "", "kind"),
    ],
)
def test_a_reply_that_would_be_incomplete_is_an_error(kind, name, contact, field):
    with pytest.raises(ValueError, match=f"^{field}: "):
        reply_text(kind, name, "en", contact)
