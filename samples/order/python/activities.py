# SPDX-License-Identifier: MIT
"""The activities of an order: everything that touches the world outside."""

import os

from temporalio import activity
from temporalio.exceptions import ApplicationError

from shared import Order, Parcel, Payment

DECLINED_CARD = "4000-0002"
TAX_PERCENT = 20


def audit(line: str) -> None:
    """Append to the audit log, where one is kept."""
    path = os.environ.get("ORDER_ACTIVITY_LOG")
    if path:
        with open(path, "a", encoding="utf-8") as log:
            log.write(f"{activity.info().workflow_id} {line}\n")


@activity.defn
async def calculate_tax(amount: int) -> int:
    audit("calculate tax")
    return amount * TAX_PERCENT // 100


@activity.defn
async def reserve_stock(order: Order) -> str:
    audit(f"reserve {order.quantity} of {order.item}")
    return f"reservation-{order.item}-{order.quantity}"


@activity.defn
async def release_stock(reservation: str) -> None:
    audit(f"release {reservation}")


@activity.defn
async def check_fraud(order: Order) -> str:
    audit("check for fraud")
    return "low risk"


@activity.defn
async def charge_card(payment: Payment) -> str:
    audit(f"charge {payment.total}")
    if payment.card == DECLINED_CARD:
        raise ApplicationError(
            "card declined", type="CardDeclined", non_retryable=True
        )
    return f"charge-{payment.total}"


@activity.defn
async def send_receipt(payment: Payment) -> None:
    audit(f"send receipt for {payment.total}")


@activity.defn
async def print_label(parcel: Parcel) -> str:
    audit(f"print label to {parcel.address}")
    return f"TRK-{parcel.item}"
