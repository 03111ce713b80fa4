"""`email`: letters made for each person and handed to a mail server, beside a loop that sends finished ones, and beside the
usual way.

Ours: rendered from its template, escaped, given its imprint and unsubscribe link, made into the bytes of a mail and sent over
kept connections. Limit: finished bytes sent by the same library over as many connections. The usual way: the same letter as
an `EmailMessage` for each person, sent by smtplib on a kept connection. The server is a sink in a process of its own; CPU
time is that of the sender alone.
"""

from tests.tooling import bench_mail
from tooling.bench import _ground
from tooling.bench._measurement import Arm, Report, compare, interleave, timed
from tooling.bench._sink import running as running_sink

SIZES = {"full": (1_000, 5), "quick": (300, 3), "tiny": (40, 1)}
#: CPU time of one personal mail: at most a tenth of the usual way's; the client library alone takes most of that
GOAL_OF_USUAL = 0.1


def run(scale: str) -> Report:
    """Ours, the loop of finished mails, and the usual way."""
    count, repeats = SIZES[scale]
    with _ground.prepared(scale) as ground, ground.fresh_database(), running_sink() as port:
        team = bench_mail.open_team()
        finished = bench_mail.made_before(team, count)
        size = sum(len(content) for _, content in finished) // count
        arms = {
            "made and sent": Arm(count, lambda: timed(lambda: bench_mail.send_ours(team, port, count)), "mails"),
            "made only": Arm(count, lambda: timed(lambda: bench_mail.made_before(team, count)), "mails"),
            "bare loop": Arm(count, lambda: timed(lambda: bench_mail.send_bare(port, finished)), "mails"),
            "EmailMessage and smtplib": Arm(
                count, lambda: timed(lambda: bench_mail.send_slowly(team, port, count)), "mails"
            ),
        }
        before = bench_mail.taken(port)
        samples = interleave(arms, repeats)
        expected = 3 * count * repeats
        _ground.expect("mails taken", bench_mail.taken(port) - before, expected)
    comparisons = [
        compare(arms, samples, "made and sent", "bare loop", cpu=True),
        compare(arms, samples, "made and sent", "EmailMessage and smtplib", GOAL_OF_USUAL, cpu=True),
        compare(arms, samples, "made only", "bare loop", cpu=True),
    ]
    checks = {"mails taken": expected}
    return Report(arms, samples, comparisons, checks, [f"a mail has {size:,} bytes on the wire"])
