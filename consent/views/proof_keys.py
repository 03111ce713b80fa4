"""What somebody needs who checks a proof of consent: the public keys, and the program, both from us and not from the proof."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.doors import public
from consent.actions.proving import keys_as_published
from consent.proof.archive import VERIFIER


@public
@require_GET
def proof_keys(request: HttpRequest) -> HttpResponse:
    """Every key there has ever been, newest first, with how a proof is checked."""
    return render(request, "consent/proof_keys.html", {"keys": keys_as_published()["keys"]})


@public
@require_GET
def proof_keys_file(_request: HttpRequest) -> HttpResponse:
    """The same for programs."""
    return JsonResponse(keys_as_published())


@public
@require_GET
def proof_verifier(_request: HttpRequest) -> HttpResponse:
    """The program that checks, as text: one that came with a forged proof says whatever its forger likes."""
    return HttpResponse(VERIFIER.read_bytes(), content_type="text/plain; charset=utf-8")
