# SPDX-License-Identifier: MIT
"""The worker of the order workflows."""

import asyncio
import logging
import os
import signal

from temporalio.client import Client
from temporalio.worker import Worker

import activities
from workflows import OrderWorkflow, ShipOrder


async def main() -> None:
    logging.basicConfig(level=logging.INFO)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    client = await Client.connect(
        os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"),
        namespace=os.environ.get("TEMPORAL_NAMESPACE", "default"),
    )
    worker = Worker(
        client,
        task_queue=os.environ.get("TEMPORAL_TASK_QUEUE", "orders"),
        workflows=[OrderWorkflow, ShipOrder],
        activities=[
            activities.calculate_tax,
            activities.reserve_stock,
            activities.release_stock,
            activities.check_fraud,
            activities.charge_card,
            activities.send_receipt,
            activities.print_label,
        ],
    )
    async with worker:
        logging.info("order worker started")
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
