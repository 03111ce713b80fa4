"""The page of the operators' host that asks a new operator for their code."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.actions.operators import knows_enrolment
from accounts.doors import public
from accounts.enrolment import SESSION_KEY, must_enrol
from accounts.forms import EnrolmentForm
from core import throttle

#: wrong codes an operator may type: five at once, then one a minute
_LIMIT = (1, 5)


@public
@require_http_methods(["GET", "POST"])
def operator_enrolment(request: HttpRequest) -> HttpResponse:
    """Take the code; then this session may set up the first second factor. 422 for a wrong one, 429 for too many."""
    if not request.user.is_authenticated or not must_enrol(request):
        return redirect("admin:login")
    form = EnrolmentForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if not throttle.ask([(f"enrolment:{request.user.pk}", _LIMIT)]).free:
            form.add_error("code", "Too many codes in a short time. Wait a minute.")
            status = 429
        elif form.is_valid() and knows_enrolment(request.user, form.cleaned_data["code"]):  # type: ignore[arg-type]
            request.session[SESSION_KEY] = str(request.user.pk)
            return redirect("mfa_index")
        else:
            form.add_error("code", "This is not your code, or its day is over. Have the command print a new one.")
            status = 422
    return render(request, "accounts/enrolment.html", {"form": form}, status=status)
