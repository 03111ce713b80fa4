"""The life of a call: it rings, somebody or something answers, hears what the application says, presses keys, and it ends."""

import asyncio
import contextlib
import functools
from typing import Any

from sandbox import call_twiml, twilio_shapes
from sandbox.accounts import Account
from sandbox.call_sounds import Sound
from sandbox.call_twiml import Verb
from sandbox.call_wills import Will
from sandbox.calls import Call, Calls, facts_of
from sandbox.postman import Posted, Postman
from sandbox.twilio_shapes import API_VERSION
from sandbox.twiml import BadTwiml

_SOON = 0.03  # seconds between the steps of a call nobody holds
_MOST_TURNS = 30
_MOST_SOUND = 40_000_000
#: how sure the carrier is of what it understood: words come typed
_CONFIDENCE = "0.93"
#: which answer of the phone network goes with which end, where the number has not chosen one
_SIP = {"busy": 486, "no-answer": 487, "failed": 500, "canceled": 487}
_DETECTED = {
    "Enable": {"machine": "machine_start"},
    "DetectMessageEnd": {"machine": "machine_end_beep"},
}
_EVENT_OF = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}


class CallLife:
    """Lives calls: one after the other step, each told to the application as a real carrier would."""

    def __init__(self, calls: Calls, postman: Postman) -> None:
        self._calls = calls
        self._carrier = calls.carrier
        self._postman = postman

    def begin(self, call: Call) -> None:
        """Let an accepted call ring."""
        self._postman.later(_SOON, functools.partial(self._live, call, self._calls.era))

    async def _live(self, call: Call, era: int) -> None:
        account = self._carrier.accounts.get(call.account)
        if account is None or era != self._calls.era or call.is_over:
            return
        will = self._calls.wills.of(call.recipient)
        call.in_hand = will.waits or self._calls.is_held(call.recipient)
        for status in ("initiated", "ringing"):
            call.status = status
            await self._tell(account, call)
        end = await self._ring(call, will)
        if end:
            call.sip = will.sip if will.ends == end else _SIP[end]
            await self._end(account, call, end)
            return
        call.status, call.answered = "in-progress", self._carrier.clock.seconds(account.sid)
        await self._tell(account, call)
        call.answered_by = _detected(call, will)
        await self._converse(
            account, call, [f"key {key}" for key in will.keys] + [f"say {words}" for words in will.says]
        )
        await self._end(account, call, "completed")

    async def _ring(self, call: Call, will: Will) -> str:
        """How the ringing ended; empty when somebody picked up."""
        if not call.in_hand:
            await asyncio.sleep(_SOON)
            return will.ends
        move = await self._move(call, call.ring_seconds)
        return {"answer": "", "decline": "busy", "": "no-answer"}.get(move, "canceled")

    async def _converse(self, account: Account, call: Call, doings: list[str]) -> None:
        """Ask what to say, say it, listen, and ask again, until somebody hangs up."""
        document = await self._ask(account, call, call.url)
        for _ in range(_MOST_TURNS):
            following: tuple[str, str] | None = None
            for verb in document:
                following = await self._perform(call, verb, doings)
                if following or verb.name == "Hangup" or call.problem:
                    break
            if not following or call.problem or call.seconds >= call.most_seconds:
                return
            document = await self._ask(account, call, *following)

    async def _perform(self, call: Call, verb: Verb, doings: list[str]) -> tuple[str, str] | None:
        """Carry out one verb; where the call goes next, with the key or the words that send it there."""
        if verb.name == "Redirect":
            return verb.text, ""
        if verb.name != "Gather":
            await self._say(call, [verb], wait=0)
            return None
        action = verb.attributes.get("action", call.url)
        call.listening = tuple(verb.attributes.get("input", "dtmf").split()) if call.in_hand else ()
        if call.in_hand:
            done = await self._say(call, verb.inside, wait=verb.whole("timeout", 5))
        else:
            await self._say(call, verb.inside, wait=0)
            done = self._next_doing(verb, doings)
            call.seconds += 0 if done else verb.whole("timeout", 5)
        call.listening = ()
        if done:
            call.keys += done[4:] if done.startswith("key ") else ""
            call.said.append(done)
            return action, done
        return (action, "") if verb.attributes.get("actionOnEmptyResult") == "true" and not call.problem else None

    def _next_doing(self, verb: Verb, doings: list[str]) -> str:
        """What somebody who holds no phone does, if this is listened for."""
        heard = verb.attributes.get("input", "dtmf").split()
        return doings.pop(0) if doings and _heard_as(doings[0]) in heard else ""

    async def _say(self, call: Call, inside: list[Verb], wait: int) -> str:
        """Say sentences and play sounds, in no time where nobody holds the phone; the key pressed meanwhile, in a hand."""
        uttered = [each for verb in inside if (each := await self._utter(call, verb))]
        pauses = sum(verb.whole("length", 1) for verb in inside if verb.name == "Pause")
        seconds = sum(map(self._lasts, uttered)) + pauses
        call.language = next((verb.attributes.get("language", "") for verb in inside if verb.name == "Say"), "")
        call.said += [each if isinstance(each, str) else each.words for each in uttered]
        if not call.in_hand:
            call.seconds += seconds
            return ""
        call.turn, call.speaking = call.turn + 1, tuple(uttered)
        began = asyncio.get_running_loop().time()
        # a browser's voice may be slower than ours, so a hand has twice the time
        move = await self._move(call, seconds * 2 + wait)
        call.seconds += asyncio.get_running_loop().time() - began
        if move == "hang_up":
            call.problem = "hung up"
        return move if _heard_as(move) in call.listening else ""

    async def _utter(self, call: Call, verb: Verb) -> str | Sound | None:
        """What one verb makes audible; a recording is fetched now, as a carrier does, and what came of it is on record."""
        if verb.name != "Play":
            return verb.text if verb.name == "Say" else None
        sound = Sound(verb.text, *await self._postman.fetch(verb.text, _MOST_SOUND))
        self._carrier.ledger.append(
            "play",
            accepted=not sound.problem,
            url=sound.url,
            http=sound.http,
            bytes=len(sound.raw),
            content_type=sound.content_type,
            sha256=sound.digest,
            body="",
            status=call.status,
            code=0,
            why=sound.problem,
            **facts_of(call),
        )
        call.sounds.append(sound)
        return sound

    def _lasts(self, uttered: str | Sound) -> float:
        """How long it is audible. Units: seconds."""
        if isinstance(uttered, Sound):
            return uttered.seconds
        return len(uttered.split()) / self._calls.wills.words_per_second

    async def _move(self, call: Call, seconds: float) -> str:
        """What the person does next; empty when they do nothing for so long."""
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(call.moves.get(), seconds)
        return ""

    async def _ask(self, account: Account, call: Call, url: str, done: str = "") -> list[Verb]:
        """Ask the application what to say. What cannot be understood ends the call, as error 12100 does."""
        first = url == call.url
        fields = _common(call) | ({"AnsweredBy": call.answered_by} if call.answered_by and first else {})
        what, _, content = done.partition(" ")
        if what == "key":
            fields |= {"Digits": content, "FinishedOnKey": ""}
        elif what == "say":
            fields |= {"SpeechResult": content, "Confidence": _CONFIDENCE, "Language": call.language}
        posted = await self._post(account, call, url, fields, done if what == "key" else what or "asks")
        if posted.http != 200:
            call.problem = "the application did not say what to say"
            return []
        try:
            return call_twiml.verbs(posted.body)
        except BadTwiml as bad:
            call.problem = str(bad)
            return []

    async def _end(self, account: Account, call: Call, status: str) -> None:
        call.status, call.speaking = status, ()
        call.sip = call.sip or (200 if status == "completed" else _SIP[status])
        self._carrier.ledger.append(
            "call_end",
            accepted=status == "completed",
            body=" ".join(call.said),
            said=list(call.said),
            keys=call.keys,
            status=status,
            seconds=round(call.seconds),
            answered_by=call.answered_by,
            code=0,
            why=call.problem,
            **facts_of(call),
        )
        await self._tell(account, call)

    async def _tell(self, account: Account, call: Call) -> None:
        event = _EVENT_OF.get(call.status, "completed")
        if not call.callback_url or event not in call.events:
            return
        now = twilio_shapes.rfc2822(int(self._carrier.clock.seconds(account.sid)))
        fields = _common(call) | {
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(sum("CallbackSource" in told for _, told in call.told)),
            "Timestamp": now,
        }
        if call.is_over:
            whole = round(call.seconds)
            fields |= {
                "CallDuration": str(whole),
                "Duration": str(-(-whole // 60)),
                "SipResponseCode": str(call.sip),
            }
            fields |= {"AnsweredBy": call.answered_by} if call.answered_by else {}
        call.told.append((call.callback_url, fields))
        if self._carrier.faults.loses():
            self._note(call, call.callback_url, call.status, Posted(0, b"", 0, 0, "lost"))
            return
        await self._post(account, call, call.callback_url, fields, call.status)

    async def _post(self, account: Account, call: Call, url: str, fields: dict[str, str], status: str) -> Posted:
        if status.startswith(("asks", "key", "say")):
            call.told.append((url, fields))
        note = functools.partial(self._note, call, url, status)
        return await self._postman.post(account.token, url, fields, note)

    def _note(self, call: Call, url: str, status: str, posted: Posted) -> None:
        facts: dict[str, Any] = facts_of(call) | {"url": url, "status": status, "code": 0}
        self._carrier.ledger.append(
            "callback",
            accepted=200 <= posted.http < 300,
            attempt=posted.attempt,
            http=posted.http,
            ms=round(posted.milliseconds, 1),
            why=posted.why,
            **facts,
        )

    async def replay(self, call: Call, *, backwards: bool) -> int:
        """Tell the application again all it was told about a call, questions and keys too; answers how often it heard."""
        account = self._carrier.accounts.get(call.account)
        heard = 0
        for url, fields in call.told[::-1] if backwards else list(call.told):
            if account is not None:
                note = functools.partial(self._note, call, url, "replayed")
                heard += (await self._postman.post(account.token, url, fields, note)).http > 0
        return heard


def _heard_as(done: str) -> str:
    """What of a Gather's input hears this."""
    return {"key": "dtmf", "say": "speech"}.get(done.partition(" ")[0], "")


def _detected(call: Call, will: Will) -> str:
    """Who answered, as the carrier says it; nothing where nobody asked."""
    known = _DETECTED.get(call.detection)
    return "" if known is None else known.get(will.answered_by, will.answered_by)


def _common(call: Call) -> dict[str, str]:
    return {
        "AccountSid": call.account,
        "ApiVersion": API_VERSION,
        "CallSid": call.sid,
        "CallStatus": call.status,
        "Called": call.recipient,
        "CalledCountry": "US",
        "Caller": call.sender,
        "CallerCountry": "US",
        "Direction": "outbound-api",
        "From": call.sender,
        "To": call.recipient,
    }
