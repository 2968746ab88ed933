# SPDX-License-Identifier: MIT
"""What workflows, activities and starters tell each other."""

from dataclasses import dataclass


@dataclass
class Order:
    item: str
    quantity: int
    amount: int  # cents, before tax
    card: str
    address: str
    deadline: int = 3600  # seconds to wait for the approval


@dataclass
class Payment:
    card: str
    total: int  # cents, with tax


@dataclass
class Parcel:
    item: str
    quantity: int
    address: str


@dataclass
class OrderResult:
    status: str
    total: int = 0
    tracking: str = ""
