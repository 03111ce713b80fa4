"""Faults to plant in the provider border, and the test that must turn red for each.

Shape: (file, line, test). `line` is the exact text of one line, found once in the file, to be commented out. Of a pair
       (line, other), the line is replaced by the other.
"""

_SIGNATURE = "messaging/providers/twilio_signature.py"
_TWILIO = "messaging/providers/twilio.py"
_FORGING = "tests/contract/test_webhook_forging.py"
_CONTRACT = "tests/contract/test_provider_contract.py"
_WEBHOOKS = "tests/contract/test_provider_webhooks.py"
_SESSION = "tests/contract/test_http_session.py"
_CALLBACKS = "tests/unit/messaging/test_callbacks.py"
_CONTENT = "tests/unit/messaging/test_content.py"
_FORGED = f"{_FORGING}::test_a_forged_webhook_is_refused"

MUTATIONS: list[tuple[str, str | tuple[str, str], str]] = [
    # who sent a webhook
    (_SIGNATURE, "    _require_any(matches)", _FORGED),
    (_SIGNATURE, "        _require_body_hash(request)", _FORGED),
    (
        _SIGNATURE,
        ('    raise BadSignature("the signature algorithm is not known")', '    return "sha1", tokens'),
        _FORGED,
    ),
    (_SIGNATURE, ('        return "sha256", shared_keys', '        return "sha256", (*tokens, *shared_keys)'), _FORGED),
    (_SIGNATURE, ('    if kind == _FORM and request.method == "POST":', "    if kind == _FORM:"), _FORGED),
    (
        _SIGNATURE,
        ('    raise BadSignature("the body is neither a form nor JSON")', "    return form_pairs(request.body)"),
        _FORGED,
    ),
    (
        _SIGNATURE,
        ("    if not any(matches):", "    if not all(matches):"),
        f"{_FORGING}::test_a_genuine_webhook_is_believed_however_it_is_spelled",
    ),
    ("messaging/providers/protocol.py", ("        if len(found) > 1:", "        if len(found) > 9:"), _FORGED),
    (_TWILIO, "        self._require_own_account(fields)", _FORGED),
    (
        "messaging/providers/http.py",
        (
            '            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FORM_FIELDS',
            '            body.decode("ascii"), errors="strict", max_num_fields=_MOST_FORM_FIELDS',
        ),
        _FORGED,
    ),
    # whose attempt a callback names
    (
        "messaging/providers/callbacks.py",
        (
            "    if len(marks) != 1 or not hmac.compare_digest(marks[0].encode(), expected.encode()):",
            "    if not marks:",
        ),
        f"{_CALLBACKS}::test_an_address_we_did_not_write_is_refused",
    ),
    # what may have left
    (
        _TWILIO,
        ("    if not isinstance(sid, str) or not _SID.fullmatch(sid):", "    if not sid:"),
        f"{_CONTRACT}::test_an_unclear_answer_is_unknown_and_never_repeated",
    ),
    (
        _TWILIO,
        ("    if not 400 <= answer.status < 500:", "    if not 400 <= answer.status < 600:"),
        f"{_CONTRACT}::test_an_unclear_answer_is_unknown_and_never_repeated",
    ),
    (
        "messaging/providers/http.py",
        ("        raise OutcomeUnknown(error.reason) from None", "        raise Unavailable(error.reason) from None"),
        f"{_CONTRACT}::test_an_unclear_answer_is_unknown_and_never_repeated",
    ),
    (
        _TWILIO,
        ('        if not path.startswith(f"{self._root}/Messages.json?"):', "        if not path:"),
        f"{_WEBHOOKS}::test_the_list_never_takes_the_credentials_elsewhere",
    ),
    (
        _TWILIO,
        (
            '        raise Unavailable("the list of messages is too long to be read whole")',
            "        return tuple(found)",
        ),
        f"{_WEBHOOKS}::test_absence_is_not_concluded_from_a_list_that_is_too_long",
    ),
    # the one HTTP client
    (
        "core/http.py",
        "    client._retry_connection = False",
        f"{_SESSION}::test_no_method_is_repeated_when_a_kept_connection_dies",
    ),
    (
        "core/http.py",
        ("        trust_env=False,", "        trust_env=True,"),
        f"{_SESSION}::test_proxies_and_cookies_of_the_machine_are_ignored",
    ),
    (
        "core/http.py",
        ('    (aiohttp.ClientConnectorError, "refused"),', '    (aiohttp.ClientOSError, "refused"),'),
        f"{_SESSION}::test_what_is_not_known_to_come_first_may_have_been_sent",
    ),
    # receipts
    (
        "messaging/states.py",
        (
            "    return Standing(state, max(ranks), standing.contradicted or clash)",
            "    return Standing(state, min(ranks), clash)",
        ),
        "tests/property/test_receipts.py::test_every_permutation_of_five_receipts_ends_the_same",
    ),
    # what tenants write
    (
        "messaging/content_rules.py",
        ("ENVIRONMENT: Final = _Environment(undefined=StrictUndefined)", "ENVIRONMENT: Final = _Environment()"),
        f"{_CONTENT}::test_an_unknown_name_is_named_with_its_remedy",
    ),
    (
        "messaging/content_rules.py",
        ("        if self.steps > LOOP_STEPS:", "        if False:"),
        f"{_CONTENT}::test_a_bomb_fails_its_own_message_quickly",
    ),
]
