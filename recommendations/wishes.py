"""What a caller asks of a list."""

from dataclasses import dataclass
from decimal import Decimal
from math import inf


@dataclass(frozen=True)
class Wishes:
    """The parameters of a list, as they are when nobody says otherwise.

    Attributes
    ----------
    limit : int
        How many products, from 1.
    category : str
        A category path; what stands at it or below it passes, whatever the case. Empty: any.
    brand : tuple of str
        Any of these passes, whatever the case. Empty: any.
    min_price, max_price : Decimal or None
        Bounds, themselves included, in the products' own currency.
    price : {"any", "cheaper", "dearer"}
        Against the product the list stands beside.
    in_stock : bool
        Whether sold-out products are left out.
    one_per_group : bool
        Whether only one of several variants is shown.
    include_purchased : bool
        Whether what the customer has may be shown again; lists beside a product know no customer.
    exclude : tuple of str
        Ids of products to leave out.
    min_score : float
        The least score; when given, sources without scores are not asked.
    explain : bool
        Whether each score is parted into terms.
    arm : {"model", "baseline"}
        The hold-out's arm is shown what is popular.
    """

    limit: int = 10
    category: str = ""
    brand: tuple[str, ...] = ()
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    price: str = "any"
    in_stock: bool = True
    one_per_group: bool = True
    include_purchased: bool = False
    exclude: tuple[str, ...] = ()
    min_score: float = -inf
    explain: bool = False
    arm: str = "model"
