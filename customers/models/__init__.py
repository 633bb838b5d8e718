"""The tables of customers, in two halves: what they bought, and who they are."""

from customers.models.orders import (
    CurrencyRate,
    Customer,
    CustomerCategoryTotal,
    CustomerTotal,
    ErasedIdentity,
    Order,
    OrderLine,
    Shop,
)
from customers.models.segments import (
    CustomerScore,
    Membership,
    Move,
    ProposedMove,
    ProposedScore,
    Segment,
    SegmentModel,
    SegmentProfile,
)

__all__ = [
    "CurrencyRate",
    "Customer",
    "CustomerCategoryTotal",
    "CustomerScore",
    "CustomerTotal",
    "ErasedIdentity",
    "Membership",
    "Move",
    "Order",
    "OrderLine",
    "ProposedMove",
    "ProposedScore",
    "Segment",
    "SegmentModel",
    "SegmentProfile",
    "Shop",
]
