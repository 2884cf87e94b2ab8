"""The page of all gates, written from the gates themselves, so that it can't be out of date."""

from __future__ import annotations

from collections.abc import Sequence

from bot.derive.checks.gates.gate import EVERY_PHASE, Gate

_HEAD = """# Compliance

Written from the code (`bot/derive/checks/gates/`); don't edit it by hand. The score is the share of the gates that apply and are
passed. A gate applies in the phases named here, and only where what it asks for can be known: no bookings, no question
about bookings. Planning gates wait for the first two weeks; iterations and retrospectives are asked of engagements longer
than nine weeks or two months. The numbers are thresholds (`compliance_…`, `planning_days`).

| gate | asked while | said when it is not passed |
| --- | --- | --- |
"""


def gates_markdown(gates: Sequence[Gate]) -> str:
    """One row a gate."""
    return _HEAD + "".join(
        f"| {gate.check} | {_when(gate)} | {gate.message.template.replace('{n}', 'n')} |\n" for gate in gates
    )


def _when(gate: Gate) -> str:
    return "always" if gate.phases == EVERY_PHASE else ", ".join(phase.replace("_", " ") for phase in gate.phases)
