"""A product's category -> a calm picture, for catalogues that have none.

What a picture shows is said by its name, `shape-colours-variant`, so it can be drawn from the
name alone and kept by browsers for good. A category has its shape and its ground; its products
differ by the colours of the thing, what is printed on it, its size, and what stands beside it.
"""

import re
from zlib import crc32

# Ground, body, shade, label, accent: soft neighbours, one set a category.
COLOURS = (
    ("#f3ece2", "#c98f5e", "#a9703f", "#fbf6ee", "#7d4f2a"),
    ("#e7eee8", "#7fa58c", "#5d8670", "#f5faf6", "#3f6350"),
    ("#e6edf3", "#7d9cb8", "#5b7d9c", "#f4f8fb", "#3c5a75"),
    ("#f4e8e6", "#cf8b80", "#b06a5e", "#fcf5f3", "#84463b"),
    ("#efeaf3", "#9d8fb8", "#7d6e9b", "#f8f5fb", "#584a75"),
    ("#f5efd9", "#d3b15c", "#b2903d", "#fdf9ec", "#80651f"),
    ("#e4eff0", "#74a9ae", "#538a90", "#f2f9fa", "#34656b"),
    ("#f2e6ec", "#bd8aa3", "#9c6a84", "#fbf4f7", "#713f5a"),
    ("#ecefdf", "#a3ad6c", "#838d4d", "#f8faf0", "#5a632c"),
    ("#eae8e4", "#9b948a", "#7b746a", "#f7f6f4", "#514b43"),
)
LEAF = "#6f9a63"
# What a product may be coloured like beside its category's own colours, by place in that row.
LIVERIES = (0, 0, 3, 7, 1, 5)
# What its words say of its colour; the first that is found counts.
_TINTS = {
    "red|tomato(?:es)?|strawberr(?:y|ies)|cherr(?:y|ies)|ketchup|salsa": 3,
    "green|lime|limes|lettuce|spinach|broccoli|celery|peas?|kiwi|pickles?|basil|mint": 1,
    "orange|oranges|carrots?|peach(?:es)?|cheddar|pumpkin|apricots?|tangerines?": 0,
    "yellow|lemons?|corn|bananas?|butter|mustard|pineapples?|honey|vanilla": 5,
    "purple|plums?|lavender": 4,
    "blue|blueberr(?:y|ies)|skim|ocean": 2,
    "pink|ham|salmon|raspberr(?:y|ies)|watermelons?|shrimp": 7,
    "white|milk|rice|sugar|salt|flour|mozzarella|coconuts?": 9,
    "teal|sea|tuna": 6,
}
MOTIFS, SIZES, COMPANIES = 8, 3, 4
VARIANTS = MOTIFS * SIZES * COMPANIES

_WORDS = {
    "garment": "shirts?|tees?|sweaters?|jumpers?|dress|dresses|jackets?|coats?|blouses?|tops?"
    "|hoodies?|clothing|apparel|wear|socks?|trousers?|diapers?|fleeces?|vests?|jerseys?",
    "shoe": "shoes?|boots?|sneakers?|trainers?|sandals?|slippers?|loafers?|footwear",
    "bag": "backpacks?|daypacks?|rucksacks?|handbags?|totes?|purses?|wallets?|luggage|suitcases?"
    "|(?:shopping|shoulder|saddle|lunch|jumbo|travel) bags?",
    "lamp": "lamps?|lampshades?|lights?|lighting|bulbs?",
    "book": "books?|magazines?|cards?|stationery|notebooks?|diary|newspapers?|paper|party|wrap",
    "roll": "towels?|toilet paper|toilet|tissues?|foil|ribbons?|napkins?",
    "mug": "mugs?|cups?|teacups?|saucers?",
    "candle": "candles?|lanterns?|tea ?lights?|t-lights?|holders?",
    "banana": "bananas?|plantains?",
    "egg": "eggs?",
    "fish": "fish|seafood|salmon|tuna|shrimp|crab|lobster|cod",
    "vase": "floral|flowers?|bouquets?|roses?|vases?",
    "plant": "vegetables?|salads?|herbs?|lettuce|plants?|garden|greens|celery|broccoli"
    "|mushrooms?|cabbage|spinach|cucumbers?|corn",
    "bulb": "onions?|garlic|shallots?|radish(?:es)?|leeks?",
    "tuber": "potato|potatoes|yams?|ginger|beets?|kiwi|avocados?|mangos?",
    "bunch": "grapes?|berries|blueberries|raspberries|blackberries|cranberries|olives",
    "root": "carrots?|parsnips?|peppers?",
    "fruit": "fruits?|apples?|tomato|tomatoes|oranges?|produce|strawberries"
    "|citrus|melons?|pears?|peach|peaches|squash",
    "wedge": "cheeses?|deli",
    "tub": "yogurts?|ice cream|butter|margarine|dips?|pudding|ice",
    "bread": "breads?|buns?|rolls?|bakery|bagels?|cakes?|donuts?|pastry|cookies?|pies?|muffins?"
    "|pancakes?|baked|sandwich",
    "tray": "meats?|beef|pork|chicken|turkey|lunchmeat|sausages?|bacon|ham|lamb|poultry|frozen",
    "jar": "jams?|jelly|honey|pickles?|olives?|spreads?|peanut|spices?|seasonings?|salsa|jars?"
    "|mayonnaise|mustard|baby food|baby foods|vitamins?|cosmetics?|makeup|sauces?|drugstore",
    "carton": "milk|cream|juices?|juice|dairy|creamer",
    "bottle": "water|drinks?|wines?|beers?|ales?|liquor|spirits|soda|oil|vinegar|shampoos?|syrups?"
    "|dressings?|ketchup|detergents?|cleaners?|beverages?|conditioners?|lotions?|bottles?",
    "tin": "canned|cans?|soups?|beans|tins?|shelf stable",
    "pouch": "chips|snacks?|coffee|flour|sugar|candy|nuts|popcorn|pretzels|dog|cat|pet|rice"
    "|bags?|pasta|noodles?|sweets|grocery",
    "tube": "toothpaste|dental|oral|hair|skin|care|hygiene|creams?",
    "box": "cereals?|crackers?|teas?|mix|mixes|dinners?|box|boxes|pizza|waffles?|bars?"
    "|chocolates?|natural",
}
_PATTERNS = {
    shape: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for shape, words in _WORDS.items()
}
_COLOURED = {
    colours: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words, colours in _TINTS.items()
}
# Where nothing is said, these stand for goods of any kind.
_PLAIN = ("parcel", "box")
# What grows or is baked has not just any colour.
_NATURAL = {
    "fruit": (3, 5, 8, 0),
    "banana": (5,),
    "egg": (0,),
    "plant": (1, 8),
    "bulb": (9, 4, 0, 7),
    "tuber": (0, 5, 9, 8),
    "bunch": (4, 3, 8, 2),
    "root": (0, 3, 5),
    "bread": (0, 5),
    "wedge": (5,),
    "tray": (3, 7),
}
# These stand alone, and half of them face the other way.
_ALONE = {"garment", "egg", "wedge", "tray", "fish", "vase", "banana", "plant", "bunch", "root"}
SHAPES = frozenset(_PATTERNS) | set(_PLAIN)


def picture_name(product_type: str, title: str, product_id: str) -> str:
    """Name the picture of a product.

    Parameters
    ----------
    product_type : str
        Its category path, as in ``"Home > Mugs"``; may be empty.
    title, product_id : str
        Its title, searched where the category says nothing, and its id.

    Returns
    -------
    str
        Shape, numbers of the colours of ground and thing, and number of the variant.

    Examples
    --------
    >>> picture_name("Home > Mugs", "Blue mug", "sku-1").split("-")[0]
    'mug'
    """
    leaf, *above = reversed(product_type.split(">"))
    told = filter(None, (_shape_told_by(text) for text in (leaf, title, *above)))
    category = crc32(product_type.strip().lower().encode())
    shape = next(told, _PLAIN[category // 64 % len(_PLAIN)])
    variant, livery = divmod(crc32(product_id.lower().encode()), len(LIVERIES))
    natural = _NATURAL.get(shape, range(len(COLOURS)))
    ground = natural[category % len(natural)]
    usual = natural[(category + LIVERIES[livery]) % len(natural)]
    told = (colours for text in (title, leaf) for colours in _colours(text))
    thing = next((colours for colours in told if colours in natural), usual)
    return f"{shape}-{ground}{thing}-{variant % VARIANTS}"


def picture_tones(name: str) -> tuple[str, dict]:
    """Return the shape a picture's name tells, and what fills its drawing.

    Parameters
    ----------
    name : str
        As `picture_name` makes it.

    Returns
    -------
    shape : str
        Which drawing.
    tones : dict
        The colours by role, which motif is printed, how large the thing stands and where, and who
        keeps it company: nobody, a smaller one to the left or the right, or one on either side.

    Raises
    ------
    LookupError
        If no picture has this name.

    Examples
    --------
    >>> shape, tones = picture_tones("mug-01-1")
    >>> shape, tones["ground"], tones["motif"], tones["company"]
    ('mug', '#f3ece2', 1, 0)
    """
    told = re.fullmatch(r"([a-z]+)-(\d)(\d)-(\d{1,2})", name)
    if not told or told[1] not in SHAPES or int(told[4]) >= VARIANTS:
        raise LookupError(f"no picture has the name {name!r}")
    ground, (_, *thing) = COLOURS[int(told[2])], COLOURS[int(told[3])]
    rest, motif = divmod(int(told[4]), MOTIFS)
    company, size = divmod(rest, SIZES)
    side = 1
    if told[1] in _ALONE:
        company, side = 0, -1 if company > 1 else 1
    tones = dict(zip(("body", "shade", "label", "accent"), thing, strict=True))
    tones["leaf"] = LEAF
    # Beside others it is smaller and makes room.
    scale = round((0.9, 0.98, 1.06)[size] * (1 if company == 0 else 0.88), 3)
    across = (0, 34, -34, 0)[company]
    # It grows and shrinks from where it stands, so that its shadow fits.
    place = {
        "scale": scale,
        "side": side,
        "left": round(200 * (1 - side * scale) + across, 1),
        "down": round(415 * (1 - scale), 1),
    }
    spread = {"ground": ground[0], "floor": ground[1], "motif": motif, "company": company}
    return told[1], tones | place | spread


def _shape_told_by(text: str) -> str | None:
    """Return what the last known word before a comma stands for: soup crackers are crackers."""
    head, _, _ = text.partition(",")
    for part in (head, text):
        ends = [
            (found.end(), found.end() - found.start(), shape)
            for shape, pattern in _PATTERNS.items()
            for found in pattern.finditer(part)
        ]
        if ends:
            return max(ends)[2]
    return None


def _colours(text: str) -> list[int]:
    return [colours for colours, pattern in _COLOURED.items() if pattern.search(text)]
