"""What crm/hubspot must make of the landed deal exports, worked out with plain Python and no Spark.

The rules are those of docs/crm-hubspot.md, written a second time: nothing here comes from src/.
"""

import csv
import re
from collections import defaultdict
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

LANDING = Path(__file__).parents[3] / "fixtures" / "crm" / "hubspot" / "landing" / "deals"
# Of those that the fixture holds.
KNOWN = {"USD", "EUR", "GBP", "JPY", "SEK"}
CENT = Decimal("0.01")

Row = dict[str, object]


def landed() -> list[dict[str, str | None]]:
    """Each line of each file, what is empty as None, with the file's name under `source_file`."""
    rows = []
    for file in sorted(LANDING.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            rows += [
                {**{name: value or None for name, value in row.items()}, "source_file": file.name}
                for row in csv.DictReader(lines)
            ]
    return rows


def expected_base() -> list[Row]:
    """The rows of base_deals, by deal_id."""
    newest: dict[str, dict[str, str | None]] = {}
    for row in landed():
        deal_id = (row["hs_object_id"] or "").strip()
        if deal_id and (deal_id not in newest or _age(newest[deal_id]) < _age(row)):
            newest[deal_id] = row
    rows = [_typed(deal_id, row) for deal_id, row in sorted(newest.items())]
    return [row for row in rows if row["currency"] in KNOWN and (row["stage"] != "closedwon" or _is_worth(row["amount"]))]


def expected_final(paid: dict[str, Decimal]) -> list[Row]:
    """The rows of final_revenue_coverage, by currency, where `paid` is what was paid in each."""
    won = defaultdict(list)
    for row in expected_base():
        if row["stage"] == "closedwon":
            won[row["currency"]].append(row["amount"])
    rows = []
    for currency in sorted(won.keys() | paid.keys()):
        worth, received = sum(won[currency], start=Decimal("0.00")), paid.get(currency, Decimal("0.00"))
        rows.append(
            {
                "currency": currency,
                "deals_won": len(won[currency]),
                "won_amount": worth,
                "paid_amount": received,
                "paid_share": (received / worth).quantize(Decimal("0.0001")) if worth else None,
            }
        )
    return rows


def _age(row: dict[str, str | None]) -> tuple:
    earliest = datetime.min.replace(tzinfo=timezone.utc)
    return (_instant(row["hs_lastmodifieddate"]) or earliest, row["source_file"])


def _typed(deal_id: str, row: dict[str, str | None]) -> Row:
    amount = (row["amount"] or "").strip()
    return {
        "deal_id": deal_id,
        "name": row["dealname"],
        "stage": row["dealstage"].strip().lower(),
        "amount": Decimal(amount).quantize(CENT) if re.fullmatch(r"-?\d+(\.\d\d)?", amount) else None,
        "currency": row["deal_currency_code"] and row["deal_currency_code"].strip().upper(),
        "modified_at": _instant(row["hs_lastmodifieddate"]),
    }


def _is_worth(amount: object) -> bool:
    return amount is not None and amount >= 0


def _instant(text: str) -> datetime | None:
    """In UTC; None unless `text` names its offset."""
    time = datetime.fromisoformat(text)
    return time.astimezone(timezone.utc) if time.tzinfo else None
