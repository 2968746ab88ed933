# SPDX-License-Identifier: MIT
"""An order from reservation to shipping, and the shipping workflow it starts."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    import activities
    from shared import Order, OrderResult, Parcel, Payment

COOLING_OFF = timedelta(seconds=2)
TRANSIT = timedelta(seconds=1)
TIMEOUT = timedelta(seconds=10)


@workflow.defn
class OrderWorkflow:
    def __init__(self) -> None:
        self._status = "new"
        self._approved = False
        self._address = ""
        self._notes: list[str] = []

    @workflow.run
    async def run(self, order: Order) -> OrderResult:
        self._address = order.address
        tax = await workflow.execute_local_activity(
            activities.calculate_tax, order.amount, start_to_close_timeout=TIMEOUT
        )
        payment = Payment(order.card, order.amount + tax)

        self._status = "reserving stock"
        reservation = await workflow.execute_activity(
            activities.reserve_stock, order, start_to_close_timeout=TIMEOUT
        )

        if workflow.patched("fraud-check"):
            self._status = "checking for fraud"
            await workflow.execute_activity(
                activities.check_fraud, order, start_to_close_timeout=TIMEOUT
            )

        self._status = "waiting for approval"
        try:
            await workflow.wait_condition(
                lambda: self._approved, timeout=timedelta(seconds=order.deadline)
            )
        except asyncio.TimeoutError:
            await workflow.execute_activity(
                activities.release_stock, reservation, start_to_close_timeout=TIMEOUT
            )
            self._status = "expired"
            return OrderResult("expired")

        self._status = "cooling off"
        await workflow.sleep(COOLING_OFF)

        self._status = "charging"
        try:
            await workflow.execute_activity(
                activities.charge_card, payment, start_to_close_timeout=TIMEOUT
            )
        except ActivityError as err:
            await workflow.execute_activity(
                activities.release_stock, reservation, start_to_close_timeout=TIMEOUT
            )
            self._status = "declined"
            raise ApplicationError("order declined", type="OrderDeclined") from err

        self._status = "shipping"
        tracking, _ = await asyncio.gather(
            workflow.execute_child_workflow(
                ShipOrder.run,
                Parcel(order.item, order.quantity, self._address),
                id=f"{workflow.info().workflow_id}-ship",
            ),
            workflow.execute_activity(
                activities.send_receipt, payment, start_to_close_timeout=TIMEOUT
            ),
        )

        self._status = "shipped"
        return OrderResult("shipped", payment.total, tracking)

    @workflow.signal
    def approve(self) -> None:
        self._approved = True

    @workflow.signal
    def note(self, text: str) -> None:
        self._notes.append(text)

    @workflow.update(name="changeAddress")
    def change_address(self, address: str) -> str:
        before, self._address = self._address, address
        return before

    @change_address.validator
    def validate_address(self, address: str) -> None:
        if not address.strip():
            raise ValueError("the address is empty")

    @workflow.query
    def status(self) -> str:
        return self._status


@workflow.defn
class ShipOrder:
    @workflow.run
    async def run(self, parcel: Parcel) -> str:
        tracking = await workflow.execute_activity(
            activities.print_label, parcel, start_to_close_timeout=TIMEOUT
        )
        await workflow.sleep(TRANSIT)
        return tracking
