"""Faults to plant where the database keeps a promise, and the test that must turn red for each.

Shape: (file, line, test, replacement); see tooling/chaos/mutations.py. `bin/chaos mutations --only database_half` runs these.
"""

_LANES = "messaging/lanes.py"
_INTENDING = "messaging/actions/intending.py"
_SWEEPING = "messaging/actions/sweeping.py"
_INBOX = "messaging/actions/inbox.py"
_ONE_LINE = "tests/faults/test_one_line_each.py::"
_STORMS = "tests/faults/test_webhook_storms.py::"
_STOPS = "tests/faults/test_stop_at_every_door.py::test_after_a_stop_every_door_refuses_and_names_the_stop"
_FAILPOINTS = (
    "tests/faults/test_failpoints.py::"
    "test_wherever_a_worker_dies_breaks_or_freezes_nobody_is_lost_and_nobody_gets_it_twice"
)
_LOCK = 'cursor.execute(_LOCK_CONSENT, {"ids": [message.id for message in held], "counted": counted})'

MUTATIONS: list[tuple[str, ...]] = [
    # consent is locked while a message is decided
    (_INTENDING, _LOCK, _ONE_LINE + "test_a_stop_waits_until_what_was_decided_before_it_is_on_record", "pass"),
    (_INTENDING, _LOCK, _ONE_LINE + "test_who_decides_while_a_stop_is_being_written_waits_and_then_refuses", "pass"),
    # no permit without an event that proves the yes
    (
        _INTENDING,
        "if isinstance(verdict.decision, Allowed) and evidence_id is not None:",
        _ONE_LINE + "test_a_yes_without_its_proof_is_no_permit",
        "if isinstance(verdict.decision, Allowed):",
    ),
    # whoever slept between decision and call makes no call
    (
        _LANES,
        "if time.clock_gettime(time.CLOCK_BOOTTIME) - started > DEADLINE_SECONDS:",
        _ONE_LINE + "test_whoever_was_held_up_past_the_deadline_makes_no_call",
        "if False:",
    ),
    (
        _LANES,
        "if time.clock_gettime(time.CLOCK_BOOTTIME) - started > DEADLINE_SECONDS:",
        _FAILPOINTS,
        "if False:",
    ),
    # what a dead worker may have sent is not sent again
    (
        _SWEEPING,
        "doubted as (update messaging_message m set state = 'uncertain', reason = 'worker_died', lease_token = null,",
        _FAILPOINTS,
        "doubted as (update messaging_message m set state = 'ready', next_at = app_now(), lease_token = null,",
    ),
    # a held run is held
    (
        _INTENDING,
        'elif gate == "paused":',
        "tests/faults/test_held_runs.py::test_what_was_held_by_a_pause_leaves_at_once_when_the_run_goes_on",
        "elif False:",
    ),
    # the two walls between organisations, each alone
    (
        "core/tenancy.py",
        "return super().get_queryset().filter(organization_id=require_organization_id())",
        _ONE_LINE + "test_with_the_databases_wall_down_the_manager_alone_keeps_organisations_apart",
        "return super().get_queryset()",
    ),
    (
        "core/tenant_sql.py",
        'f"create policy tenant on {table} using ({column} = (select app_org()))"',
        _ONE_LINE + "test_with_the_managers_filter_gone_the_databases_wall_alone_keeps_organisations_apart",
        'f"create policy tenant on {table} using (true)"',
    ),
    (
        "core/tenant_sql.py",
        'f"create policy tenant on {table} using ({column} = (select app_org()))"',
        "tests/walls/test_catalogue.py::"
        "test_every_table_with_an_organisation_partitions_too_is_secured_and_forced_by_the_one_policy",
        'f"create policy tenant on {table} using (true)"',
    ),
    # who sent a webhook
    (
        "messaging/views/webhooks.py",
        "carrier.verify(asked)",
        _STORMS + "test_forged_webhooks_are_refused_at_both_doors_and_change_nothing",
        "pass",
    ),
    # a receipt only raises
    (
        _INBOX,
        "delivery_rank = greatest(delivery_rank, highest.rank),",
        _STORMS + "test_receipts_in_every_order_and_twice_end_where_they_end_in_order",
        "delivery_rank = highest.rank,",
    ),
    # a stop suppresses, and withdraws
    (
        "consent/actions/ledger.py",
        'write_suppressions([protection_of(event, "opted_out", channel=each) for each in closed])',
        _STOPS,
        "pass",
    ),
    (
        "consent/actions/ledger.py",
        'states.exclude(status="withdrawn").update(status="withdrawn", event=event, changed_at=event.recorded_at)',
        _STOPS,
        "pass",
    ),
]
