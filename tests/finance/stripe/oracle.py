"""What finance/stripe must make of the landed payment files, worked out with plain Python and no Spark.

The rules are those of docs/finance-stripe.md, written a second time: nothing here comes from src/.
"""

import json
import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

LANDING = Path(__file__).parents[3] / "fixtures" / "finance" / "stripe" / "landing" / "payments"
# Of those that the fixture holds.
DECIMALS = {"USD": 2, "EUR": 2, "GBP": 2, "CHF": 2, "JPY": 0, "KRW": 0}
STAGE = {"processing": 1, "failed": 2, "succeeded": 3, "refunded": 4}

Row = dict[str, object]


def landed(folder: Path = LANDING) -> list[dict[str, str | None]]:
    """Each line of each file: its columns as text, the file's name under `source_file`; no column of a broken line."""
    rows = []
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                columns = json.loads(line, parse_float=str, parse_int=str)
            except json.JSONDecodeError:
                columns = {}
            rows.append({**columns, "source_file": file.name})
    return rows


def expected_base(folder: Path = LANDING) -> list[Row]:
    """The rows of base_payments, by payment_id."""
    return sorted((row for row in _typed_rows(folder) if not broken_rules(row)), key=lambda row: str(row["payment_id"]))


def expected_drops(folder: Path = LANDING) -> dict[str, int]:
    """How many rows break each rule of base_payments; one row can break several."""
    return dict(Counter(rule for row in _typed_rows(folder) for rule in (*broken_rules(row), *_warnings(row))))


def expected_staging(folder: Path = LANDING) -> list[Row]:
    """The rows of staging_payments, by payment_id."""
    return [{**row, "is_successful": row["status"] == "succeeded"} for row in expected_base(folder)]


def expected_final(folder: Path = LANDING) -> list[Row]:
    """The rows of final_payment_summary, by currency."""
    amounts = defaultdict(list)
    for row in expected_staging(folder):
        if row["is_successful"]:
            amounts[row["currency"]].append(row["amount"])
    return [
        {"currency": currency, "total_amount": sum(of_currency), "transaction_count": len(of_currency)}
        for currency, of_currency in sorted(amounts.items())
    ]


def broken_rules(row: Row) -> list[str]:
    """The rules that keep `row` out of base_payments."""
    broken = {
        "has_payment_id": row["payment_id"] is None,
        "known_currency": row["currency"] not in DECIMALS,
        "valid_amount": row["amount"] is None,
    }
    return [rule for rule, is_broken in broken.items() if is_broken]


def _warnings(row: Row) -> list[str]:
    return ["valid_created_at"] if row["created_at"] is None else []


def _typed_rows(folder: Path) -> list[Row]:
    """The newest event of each payment, and every row without an id, with base_payments' columns and types."""
    newest: dict[str, dict[str, str | None]] = {}
    without_id = []
    for row in landed(folder):
        payment_id = (row.get("payment_id") or "").strip()
        if not payment_id:
            without_id.append(row)
        elif payment_id not in newest or _age(newest[payment_id]) < _age(row):
            newest[payment_id] = row
    return [_typed(row, payment_id) for payment_id, row in newest.items()] + [_typed(row, None) for row in without_id]


def _age(row: dict[str, str | None]) -> tuple:
    event_at = _instant(row.get("event_at"))
    earliest = datetime.min.replace(tzinfo=timezone.utc)
    return (event_at or earliest, STAGE.get(_status(row) or "", 0), row["source_file"])


def _typed(row: dict[str, str | None], payment_id: str | None) -> Row:
    currency = (row.get("currency") or "").strip().upper()
    return {
        "payment_id": payment_id,
        "amount": _amount(row.get("amount"), currency),
        "currency": currency,
        "status": _status(row),
        "created_at": _instant(row.get("created_at")),
    }


def _status(row: dict[str, str | None]) -> str | None:
    status = row.get("status")
    return None if status is None else status.strip().lower()


def _amount(text: str | None, currency: str) -> Decimal | None:
    """In whole units; None unless `text` is a whole number of smallest units that decimal(18,2) holds."""
    if text is None or not re.fullmatch(r"\s*\d+\s*", text) or currency not in DECIMALS:
        return None
    amount = Decimal(text).scaleb(-DECIMALS[currency]).quantize(Decimal("0.01"))
    return amount if amount < 10**16 else None


def _instant(text: str | None) -> datetime | None:
    """In UTC; None unless `text` is ISO 8601 with an offset."""
    parts = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:Z|([+-])(\d\d):(\d\d))", text or "")
    if not parts:
        return None
    offset = timedelta(hours=int(parts[3] or 0), minutes=int(parts[4] or 0)) * (-1 if parts[2] == "-" else 1)
    return (datetime.fromisoformat(parts[1]) - offset).replace(tzinfo=timezone.utc)
