"""The compliance report: how consent grows, what rules did, how fast stops are heard. For whoever answers for it."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.doors import member
from campaigns.report_files import compliance_file
from campaigns.selectors.compliance import DAYS, USUAL, ComplianceReport, compliance_report
from core import clock


@member("see_contacts")
@require_GET
def compliance(request: HttpRequest) -> HttpResponse:
    """Everything about a chosen number of days, up to now."""
    report = _report(request)
    return render(request, "campaigns/compliance.html", {"choices": DAYS, "report": report, "days": report.days})


@member("see_contacts")
@require_GET
def compliance_download(request: HttpRequest) -> FileResponse:
    """The same numbers as a file. It names no person, so nothing of it is written down in the audit trail."""
    report = _report(request)
    name = f"compliance-{report.days}-days-{clock.now():%Y-%m-%d}.csv"
    return FileResponse(compliance_file(report), as_attachment=True, filename=name, content_type="text/csv")


def _report(request: HttpRequest) -> ComplianceReport:
    request.actor.require("see_campaigns")  # type: ignore[attr-defined]
    asked = request.GET.get("days", "")
    return compliance_report(int(asked) if asked in {str(each) for each in DAYS} else USUAL)
