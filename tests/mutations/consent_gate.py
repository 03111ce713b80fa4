"""Every line of the gate that says no, and the test that turns red when it is commented out.

Each entry: the file, the exact line, the test. `tests/unit/consent/test_gate_mutations.py` keeps the list complete.
"""

GATE = "consent/gate.py"
TESTS = "tests/unit/consent/test_gate.py::"
REGISTERS = "tests/unit/consent/test_gate_registers.py::"
LISTS = "tests/unit/consent/test_gate_lists.py::"

MUTATIONS = [
    (GATE, "    rules_changed,", TESTS + "test_other_rules_than_the_ones_asked_for_decide_nothing"),
    (
        GATE,
        '    return Denied("rules_changed") if ask.rules_version != rules.version else None',
        TESTS + "test_other_rules_than_the_ones_asked_for_decide_nothing",
    ),
    (GATE, "    moment_unclear,", TESTS + "test_a_time_without_a_zone_is_not_judged"),
    (
        GATE,
        '    return Denied("undecidable") if not _is_aware(ask.at) else None',
        TESTS + "test_a_time_without_a_zone_is_not_judged",
    ),
    (GATE, "    tier_unknown,", TESTS + "test_an_unknown_tier_is_refused_before_anything_else_is_looked_at"),
    (
        GATE,
        '    return Denied("undecidable") if rules.tier(ask.tier) is None else None',
        TESTS + "test_an_unknown_tier_is_refused_before_anything_else_is_looked_at",
    ),
    (GATE, "    organization_suspended,", TESTS + "test_a_suspended_organization_sends_nothing"),
    (
        GATE,
        '    return Denied("organization_suspended") if _in_state("suspended", ask, facts, rules) else None',
        TESTS + "test_a_suspended_organization_sends_nothing",
    ),
    (GATE, "    organization_closed,", TESTS + "test_a_closed_organization_sends_nothing"),
    (
        GATE,
        '    return Denied("organization_closed") if facts.organization_state == "closed" else None',
        TESTS + "test_a_closed_organization_sends_nothing",
    ),
    (GATE, "    organization_unknown,", TESTS + "test_an_unknown_state_of_the_organization_is_a_no"),
    (
        GATE,
        '    return Denied("undecidable") if _in_unknown_state(ask, facts, rules) else None',
        TESTS + "test_an_unknown_state_of_the_organization_is_a_no",
    ),
    (GATE, "    sending_stopped,", TESTS + "test_the_emergency_stop_holds_for_order_notices_too"),
    (
        GATE,
        '    return Denied("sending_stopped") if facts.sending_stopped and not _passes("sending_stopped", ask, rules) else None',
        TESTS + "test_the_emergency_stop_holds_for_order_notices_too",
    ),
    (GATE, "    address_missing,", TESTS + "test_somebody_without_an_address_on_the_channel_is_left_out"),
    (
        GATE,
        '    return Denied("no_address") if not facts.has_address else None',
        TESTS + "test_somebody_without_an_address_on_the_channel_is_left_out",
    ),
    (GATE, "    address_invalid,", TESTS + "test_an_address_that_cannot_work_is_left_out"),
    (
        GATE,
        '    return Denied("bad_address") if not facts.address_valid else None',
        TESTS + "test_an_address_that_cannot_work_is_left_out",
    ),
    (GATE, "    platform_suppressed,", TESTS + "test_the_platform_list_stops_every_tier"),
    (
        GATE,
        '    return Denied("platform_suppressed") if _suppressed("platform", ask, facts, rules) else None',
        TESTS + "test_the_platform_list_stops_every_tier",
    ),
    (GATE, "    erased,", TESTS + "test_a_forgotten_person_is_not_written_to"),
    (
        GATE,
        '    return Denied("erased") if _suppressed("erased", ask, facts, rules) else None',
        TESTS + "test_a_forgotten_person_is_not_written_to",
    ),
    (GATE, "    opted_out,", TESTS + "test_stop_stops_every_tier"),
    (
        GATE,
        '    return Denied("opted_out") if _suppressed("opted_out", ask, facts, rules) else None',
        TESTS + "test_stop_stops_every_tier",
    ),
    (GATE, "    complained,", TESTS + "test_somebody_who_complained_is_left_alone"),
    (
        GATE,
        '    return Denied("complaint") if _suppressed("complaint", ask, facts, rules) else None',
        TESTS + "test_somebody_who_complained_is_left_alone",
    ),
    (GATE, "    bounced,", TESTS + "test_an_address_that_bounced_is_not_tried_again"),
    (
        GATE,
        '    return Denied("bounced") if _suppressed("bounced", ask, facts, rules) else None',
        TESTS + "test_an_address_that_bounced_is_not_tried_again",
    ),
    (GATE, "    paused,", TESTS + "test_a_pause_stops_all_but_what_they_wait_for"),
    (
        GATE,
        '    return Denied("person_paused") if _suppressed("paused", ask, facts, rules) else None',
        TESTS + "test_a_pause_stops_all_but_what_they_wait_for",
    ),
    (GATE, "    do_not_call,", TESTS + "test_a_do_not_call_register_stops_offers"),
    (
        GATE,
        '    return Denied("dnc") if _suppressed("dnc", ask, facts, rules) else None',
        TESTS + "test_a_do_not_call_register_stops_offers",
    ),
    (GATE, "    suppression_unknown,", TESTS + "test_a_suppression_nobody_wrote_a_rule_for_stops_everything"),
    (
        GATE,
        '    return Denied("undecidable") if _suppressed(facts.suppression, ask, facts, rules) else None',
        TESTS + "test_a_suppression_nobody_wrote_a_rule_for_stops_everything",
    ),
    (GATE, "    on_a_list,", LISTS + "test_who_is_on_an_own_list_gets_nothing"),
    (
        GATE,
        '    return Denied("on_a_list") if listed else None',
        LISTS + "test_who_is_on_an_own_list_gets_nothing",
    ),
    (GATE, "    register_stale,", LISTS + "test_a_register_that_is_held_must_be_fresh"),
    (
        GATE,
        '    return Denied("register_stale") if stale else None',
        LISTS + "test_a_register_that_is_held_must_be_fresh",
    ),
    (GATE, "    consent_withdrawn,", TESTS + "test_a_withdrawn_agreement_is_a_no"),
    (
        GATE,
        '    return Denied("withdrawn") if _lacks_consent("withdrawn", ask, facts, rules) else None',
        TESTS + "test_a_withdrawn_agreement_is_a_no",
    ),
    (GATE, "    consent_expired,", TESTS + "test_an_expired_agreement_is_a_no"),
    (
        GATE,
        '    return Denied("expired") if _lacks_consent("expired", ask, facts, rules) else None',
        TESTS + "test_an_expired_agreement_is_a_no",
    ),
    (GATE, "    consent_unproven,", TESTS + "test_a_claimed_agreement_without_proof_is_a_no"),
    (
        GATE,
        '    return Denied("unproven") if _lacks_consent("unproven", ask, facts, rules) else None',
        TESTS + "test_a_claimed_agreement_without_proof_is_a_no",
    ),
    (GATE, "    consent_unconfirmed,", TESTS + "test_an_unanswered_confirmation_is_a_no"),
    (
        GATE,
        '    return Denied("unconfirmed") if _lacks_consent("pending", ask, facts, rules) else None',
        TESTS + "test_an_unanswered_confirmation_is_a_no",
    ),
    (
        GATE,
        "    nothing_to_confirm,",
        TESTS + "test_the_request_to_confirm_goes_to_whoever_has_not_confirmed_and_to_nobody_else",
    ),
    (
        GATE,
        '    return Denied("nothing_to_confirm") if ask.notice == "confirm" and facts.consent == "granted" else None',
        TESTS + "test_the_request_to_confirm_goes_to_whoever_has_not_confirmed_and_to_nobody_else",
    ),
    (GATE, "    notice_unclear,", TESTS + "test_a_notice_nobody_knows_or_one_dressed_up_is_a_no"),
    (
        GATE,
        '    return Denied("undecidable") if not known else None',
        TESTS + "test_a_notice_nobody_knows_or_one_dressed_up_is_a_no",
    ),
    (GATE, "    consent_missing,", TESTS + "test_without_any_agreement_no_tier_is_sent"),
    (
        GATE,
        '    return Denied("no_consent") if _lacks_consent("none", ask, facts, rules) else None',
        TESTS + "test_without_any_agreement_no_tier_is_sent",
    ),
    (GATE, "    consent_unknown,", TESTS + "test_a_status_nobody_knows_is_a_no"),
    (
        GATE,
        '    return Denied("undecidable") if _lacks_consent(facts.consent, ask, facts, rules) else None',
        TESTS + "test_a_status_nobody_knows_is_a_no",
    ),
    (GATE, "    underage,", TESTS + "test_a_known_minor_is_not_written_to"),
    (GATE, '    return Denied("minor") if facts.minor else None', TESTS + "test_a_known_minor_is_not_written_to"),
    (GATE, "    outside_trial_circle,", TESTS + "test_a_trial_reaches_its_own_circle_alone"),
    (
        GATE,
        '    return Denied("trial_circle") if facts.organization_state == "trial" and not facts.in_trial_circle else None',
        TESTS + "test_a_trial_reaches_its_own_circle_alone",
    ),
    (GATE, "    sender_not_ready,", TESTS + "test_an_unregistered_sender_sends_nothing"),
    (
        GATE,
        '    return Denied("sender_unregistered") if not facts.sender_ready else None',
        TESTS + "test_an_unregistered_sender_sends_nothing",
    ),
    (GATE, "    sender_kind_unknown,", REGISTERS + "test_a_kind_of_sender_nobody_knows_is_a_no"),
    (
        GATE,
        '    return Denied("undecidable") if facts.sender_kind not in ("", *get_args(SenderKind)) else None',
        REGISTERS + "test_a_kind_of_sender_nobody_knows_is_a_no",
    ),
    (GATE, "    sender_not_taken,", REGISTERS + "test_a_sender_a_country_does_not_take_is_a_no"),
    (
        GATE,
        '    return Denied("sender_not_taken") if not taken else None',
        REGISTERS + "test_a_sender_a_country_does_not_take_is_a_no",
    ),
    (GATE, "    registration_missing,", REGISTERS + "test_without_every_registration_nothing_goes_there"),
    (
        GATE,
        '    return Denied("registration_missing") if "missing" in _lacking(ask, facts, rules) else None',
        REGISTERS + "test_without_every_registration_nothing_goes_there",
    ),
    (GATE, "    registration_expired,", REGISTERS + "test_a_registration_that_has_run_out_holds_no_more"),
    (
        GATE,
        '    return Denied("registration_expired") if "expired" in _lacking(ask, facts, rules) else None',
        REGISTERS + "test_a_registration_that_has_run_out_holds_no_more",
    ),
    (GATE, "    text_unregistered,", REGISTERS + "test_a_text_no_register_has_does_not_go_where_texts_are_compared"),
    (
        GATE,
        '    return Denied("text_unregistered") if unknown else None',
        REGISTERS + "test_a_text_no_register_has_does_not_go_where_texts_are_compared",
    ),
    (GATE, "    channel_barred,", TESTS + "test_whatsapp_offers_to_the_united_states_are_barred"),
    (
        GATE,
        '    return Denied("channel_barred") if _barred(ask, facts, rules) else None',
        TESTS + "test_whatsapp_offers_to_the_united_states_are_barred",
    ),
    (GATE, "    content_not_ready,", TESTS + "test_content_that_is_not_ready_stays_here"),
    (
        GATE,
        '    return Denied("content") if not facts.content_ready else None',
        TESTS + "test_content_that_is_not_ready_stays_here",
    ),
    (GATE, "    line_missing,", REGISTERS + "test_a_message_without_a_line_its_place_wants_does_not_go_there"),
    (
        GATE,
        '    return Denied("line_missing") if lines_missing(ask, facts, rules) else None',
        REGISTERS + "test_a_message_without_a_line_its_place_wants_does_not_go_there",
    ),
    (GATE, "    window_closed,", TESTS + "test_words_of_ones_own_stay_here_while_the_conversation_is_closed"),
    (
        GATE,
        '    return Denied("wa_window") if not facts.window_open else None',
        TESTS + "test_words_of_ones_own_stay_here_while_the_conversation_is_closed",
    ),
    (GATE, "    cap_not_counted,", TESTS + "test_where_the_law_caps_and_nobody_counted_nothing_is_sent"),
    (
        GATE,
        '    return Denied("cap_unknown") if facts.cap is None and law_caps(ask, facts, rules) else None',
        TESTS + "test_where_the_law_caps_and_nobody_counted_nothing_is_sent",
    ),
    (GATE, "    cap_reached,", TESTS + "test_the_cap_is_the_number_they_may_get_and_not_one_more"),
    (
        GATE,
        "    return enough(ask, facts, rules) if _is_capped(ask, rules) and is_full(facts) else None",
        TESTS + "test_the_cap_is_the_number_they_may_get_and_not_one_more",
    ),
    (GATE, "    own_frequency,", TESTS + "test_as_many_as_they_asked_for_at_most_is_enough"),
    (
        GATE,
        '    return Denied("own_frequency") if facts.own_full and _is_capped(ask, rules) else None',
        TESTS + "test_as_many_as_they_asked_for_at_most_is_enough",
    ),
    (GATE, "    outside_own_hours,", TESTS + "test_an_offer_waits_for_the_hours_somebody_chose"),
    (
        GATE,
        '    return _first_opening("own_hours", ask, facts, rules) if _own_hours(ask, facts, rules) else None',
        TESTS + "test_an_offer_waits_for_the_hours_somebody_chose",
    ),
    (GATE, "    night,", TESTS + "test_at_night_an_offer_waits_for_the_next_opening"),
    (
        GATE,
        "    return _outside_hours(ask, facts, rules) if not _is_answer(ask, rules) else None",
        TESTS + "test_at_night_an_offer_waits_for_the_next_opening",
    ),
    (
        GATE,
        '    _demand(isinstance(decision, Allowed), "decision: the gate did not allow this; do not send it")',
        TESTS + "test_no_permit_without_an_allowed_decision",
    ),
    (
        GATE,
        '    _demand(isinstance(message_id, uuid.UUID), "message_id: must be a UUID")',
        TESTS + "test_no_permit_without_a_message",
    ),
    (
        GATE,
        '    _demand(isinstance(attempt_id, uuid.UUID), "attempt_id: must be a UUID")',
        TESTS + "test_no_permit_without_an_attempt",
    ),
    (
        GATE,
        '    _demand(isinstance(evidence_id, uuid.UUID), "evidence_id: must be the UUID of the event that proves the agreement")',
        TESTS + "test_no_permit_without_evidence",
    ),
    (
        GATE,
        '    _demand(_is_aware(decided_at), "decided_at: must be an aware time")',
        TESTS + "test_no_permit_at_an_unclear_time",
    ),
]
