"""The tables of customers: what they bought, who they are, whom staff speak to."""

from customers.models.audiences import Audience, Export
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
    "Audience",
    "CurrencyRate",
    "Customer",
    "CustomerCategoryTotal",
    "CustomerScore",
    "CustomerTotal",
    "ErasedIdentity",
    "Export",
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
