"""The tables of customers: what they bought, who they are, whom staff speak to."""

from customers.models.audiences import Audience, Export
from customers.models.insights import (
    BuyerFigures,
    InsightBuild,
    MonthlyOrders,
    MonthlySales,
    ProductFigures,
    ProductSales,
    RankedBuyers,
    SegmentFlow,
)
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
    "BuyerFigures",
    "CurrencyRate",
    "Customer",
    "CustomerCategoryTotal",
    "CustomerScore",
    "CustomerTotal",
    "ErasedIdentity",
    "Export",
    "InsightBuild",
    "Membership",
    "MonthlyOrders",
    "MonthlySales",
    "Move",
    "Order",
    "OrderLine",
    "ProductFigures",
    "ProductSales",
    "ProposedMove",
    "ProposedScore",
    "RankedBuyers",
    "Segment",
    "SegmentFlow",
    "SegmentModel",
    "SegmentProfile",
    "Shop",
]
