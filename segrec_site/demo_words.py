"""The demo shop's terse labels in plain words: product types, categories, departments, sizes."""

import re
from collections.abc import Iterable

DEPARTMENTS = {
    "DRUG GM": "Drugstore & household",
    "MEAT-PCKGD": "Packaged meat",
    "SEAFOOD-PCKGD": "Packaged seafood",
    "NUTRITION": "Natural foods",
    "CHEF SHOPPE": "Chef's shop",
}
# Types that say nothing without their category.
_VAGUE = """
almay basic blend blends boxed brushes bulk choice cooked covergirl cubes decor dressings
economy enhanced entrees fresh internal lean loin mainstream maybelline misc miscellaneous
neoteric novelties other pantry patties premium primal raw regular revlon seasonal select
special specialty traditional whole
"""
VAGUE = set(_VAGUE.split())
VAGUE |= {"sally hansen", "l'oréal cosmetics", "bonne bell", "misc budget cosmetics"}
# Words that a hyphen ties to what follows; elsewhere it parts two things.
_TIED = "MULTI|MLT|NON|ANTI|PRE|SEMI|SINGLE|LOW|IN|BY|J|VAC|ONE|FULL|SELF|BUY|T|X|BREAD|MEDI"
# Frequent types that word by word would not read well.
TYPES = {
    "ANTI-ACIDS": "Antacids",
    "BEERALEMALT LIQUORS": "Beer",
    "CANDY BARS (SINGLES)(INCLUDING": "Candy bar",
    "CARDS EVERYDAY": "Greeting card",
    "CARDS SEASONAL": "Greeting card, seasonal",
    "CHILDRENS LOW END": "Children's book",
    "DAIRY CASE 100% PURE JUICE - O": "Pure fruit juice, chilled",
    "DVD S": "DVD",
    "FLUID MILK WHITE ONLY": "Milk, white",
    "FRZN SS PREMIUM ENTREES/DNRS/N": "Frozen single-serve meal, premium",
    "FRZN SS PREMIUM ENTREES/DNRS/T": "Frozen single-serve meal, traditional",
    "GADGETS/TOOLS": "Kitchen gadget",
    "GIFT-WRAP EVERYDAY": "Gift wrap",
    "HARDBACK/TRADE EVERYDAY": "Hardback book",
    "MEXICAN SAUCESSALSAPICANTEE": "Mexican sauce or salsa",
    "PAPERBACK BEST SELLER": "Paperback best seller",
    "PARTY EVERYDAY": "Party supplies",
    "PREMIUM PINTS": "Ice cream, premium pint",
    "RTS SOUP: CHUNKY/HOMESTYLE ET": "Ready to serve soup, chunky",
    "SFT DRNK 2 LITER BTL CARB INCL": "Soft drink, large bottle",
    "SFT DRNK MLT-PK BTL CARB (EXCP": "Soft drink, pack of bottles",
    "SFT DRNK SNGL SRV BTL CARB (EX": "Soft drink, bottle",
    "SOFT DRINKS 12/18&15PK CAN CAR": "Soft drink, pack of cans",
    "SOFT DRINKS 20PK&24PK CAN CARB": "Soft drink, large pack of cans",
    "SOFT DRINKS 6PK/4PK CAN CARB (": "Soft drink, small pack of cans",
    "SS ECONOMY ENTREES/DINNERS ALL": "Single-serve meal, economy",
    "SUPER PREMIUM PINTS": "Ice cream, super premium pint",
    "YOGURT NOT MULTI-PACKS": "Yogurt",
}
# Shortened words and names, with what they stand for.
_SPELLED = """
acces:accessories access:accessories accessiores:accessories accss:accessories aerosols:sprays
almay:Almay alpo:Alpo american:American antiacids:antacids ascceptic:aseptic asian:Asian
australian:Australian bbq:BBQ beeralemalt:beer,_ale,_malt bev:beverage beverag:beverage
bkd:baked bn:bean bndges:bandages brd:bread breakf:breakfast brkfst:breakfast btl:bottle
btr:butter can:canned canadian:Canadian carb:carbonated catfd:cat_food catsup:ketchup cd:CD
checklane:checkout chick:chicken chickn:chicken childrens:children's chix:chicken choc:chocolate
chococlate:chocolate chocol:chocolate chp:chop christmas:Christmas ckys:cookies cleane:cleaner
cleang:cleaning clot:cloth cnd:canned cndl:candle cndles:candles cndy:candy cntrl:control
color:colour conc:concentrate covergirl:CoverGirl crbntd:carbonated crkr:crackers crmd:creamed
crystl:crystal ctn:carton deod:deodorant disposible:disposable dnr:dinner dnrs:dinners
dogfd:dog_food dps:dips drnk:drink drnking:drinking drnkng:drinking drnks:drinks drp:drops
drsng:dressing dsh:dish dvd:DVD dxm:DXM easter:Easter elstc:elastic english:English fd:food
fem:feminine flavored:flavoured flvr:flavour flvrd:flavoured fre:fresh french:French frz:frozen
frzn:frozen gds:goods gol:goldfish grnd:ground halloween:Halloween handke:handkerchiefs
hansen:Hansen hbc:care hispanic:Hispanic hygn:hygiene iqf:frozen italian:Italian iws:wrapped
japanese:Japanese jce:juice jhook:hook_display leggs:L'eggs liq:liquid liqs:liquids liter:litre
loreal:L'Oréal lozng:lozenges mach:machine may:mayonnaise maybelline:Maybelline
memorablilia:memorabilia mens:men's mexican:Mexican misc:miscellaneous mixs:mixes ml:ml mlb:MLB
mlk:milk mlt:multi mneral:mineral mnrl:mineral mult:multi mustar:mustard mw:microwave mx:mix
mxs:mixes ndairy:non-dairy nfl:NFL ntrtnl:nutritional nz:NZ oj:orange_juice oriental:Asian
otyher:other pac:pack parm:parmesan picante:picante pickld:pickled pk:pack pkg:packaged
pkgd:packaged pkld:pickled plstc:plastic pnt:peanut ppk:prepacked prem:premium prepack:prepacked
preportnd:portioned preshcool:preschool preslc:sliced proc:processed prod:products
prpck:prepacked prslc:sliced pse:decongestant pwdr:powder refig:refrigerated
refigerated:refrigerated refrgratd:refrigerated refrig:refrigerated revlon:Revlon ritz:Ritz
rtd:ready_to_drink rts:ready_to_serve rw:weighed sal:salad sald:salad sally:Sally
saucessalsapicantee:sauces_and_salsa saus:sausage sft:soft sgl:single sherbts:sherbet
shlfsh:shellfish shred:shredded slc:sliced slcd:sliced sld:solid sndwch:sandwich sngl:single
snks:snacks spec:speciality specialty:speciality specilaty:speciality spf:SPF sply:supplies
sprd:spread srv:serve ss:single-serve stk:stick sup:super suppplies:supplies supprt:support
suprt:support sv:serve sw:sweet sweetners:sweeteners swt:sweet syrp:syrup tiss:tissue
tort:tortilla trsh:rubbish tv:TV unsweet:unsweetened vac:vacuum valentine:Valentine
veg:vegetable vend:vending wat:water whl:whole whlsm:wholesome womens:women's wt:weight
wtr:water xpctrnt:expectorant
"""
_WORDS = dict(pair.split(":") for pair in _SPELLED.split())
_UNITS = {
    "OZ": "oz", "FL OZ": "fl oz", "LB": "lb", "ML": "ml", "L": "l", "QT": "qt", "PT": "pt",
    "GAL": "gal", "GA": "gal", "IN": "in", "FT": "ft", "SQ FT": "sq ft", "DZ": "dozen", "GM": "g",
    "G": "g", "CM": "cm", "LOADS": "loads", "LOAD": "loads", "LD": "loads", "LDS": "loads",
    "STEM": "stems", "STEMS": "stems", "SHEETS": "sheets", "ROLL": "rolls", "CTN": "cartons",
    "YD": "yd", "CT": "pieces", "PC": "pieces", "PK": "pack",
}  # fmt: skip
_ALONE = {"CTN": "carton", "PT": "1 pt", "GAL": "1 gal", "QT": "1 qt", "LB": "1 lb", "L": "1 l"}
_ALONE |= {"LARGE": "large", "MED": "medium", "MEDIUM": "medium", "SMALL": "small", "MINI": "mini"}
_NUMBER = r"(\d*\.?\d+|\d+/\d+|\d+ \d+/\d+)"
_SIZE = re.compile(rf"{_NUMBER} ?({'|'.join(sorted(_UNITS, key=len, reverse=True))})")
_PACK = re.compile(rf"(\d+) ?(?:PK|CT)[/ ]{_NUMBER} ?(OZ|L|ML)")
_LONGEST_TYPE = 29


def known_words(labels: Iterable[str]) -> set[str]:
    """Return words of labels that are not cut at their end, as long labels are."""
    words = set()
    for label in labels:
        found = re.findall(r"[A-Z]+", label)
        words.update(found[:-1] if len(label) >= _LONGEST_TYPE else found)
    return words


def plain_words(label: str, known: set[str] | None = None) -> str:
    """Write a label in plain words; of one cut at the end, what the last word was is left out.

    >>> plain_words("FRZN BREADED PREPARED CHICK")
    'Frozen breaded prepared chicken'
    >>> plain_words("CHEESE:SPECIALTY PREPACK")
    'Cheese, speciality prepacked'
    """
    if label in TYPES:
        return TYPES[label]
    text = re.sub(r"\((EX|INCL|NOT)[^)]*\)?|\([^)]*$", "", label)
    if known is not None and len(label) >= _LONGEST_TYPE and "(" not in label:
        last = re.search(r"[A-Z]+$", text)
        if last and last[0] not in known:
            text = text[: last.start()]
    text = re.sub(rf"\b(?!(?:{_TIED})-)([A-Z]+)-(?=[A-Z])", r"\1, ", text)
    text = re.sub(r"\s*[:(/]\s*|\s+-\s*|\s*-\s+", ", ", text.replace(")", ""))
    text = re.sub(r"\s*&\s*", " & ", re.sub(r"\bW/\s*", "with ", text))
    text = re.sub(r"([A-Za-z']+)\.?", _word, text)
    text = re.sub(r"\s+", " ", text).strip(" ,.&-")
    text = re.sub(r"\s+,", ",", re.sub(r"(, )+", ", ", text))
    text = re.sub(r"(,? (and|or|with|ex|incl|including|all|non|no|\w))+$", "", text)
    return text[:1].upper() + text[1:]


def department(label: str) -> str:
    """Name a department.

    >>> department("MEAT-PCKGD"), department("PASTRY")
    ('Packaged meat', 'Pastry')
    """
    return DEPARTMENTS.get(label) or label.capitalize()


def size(label: str) -> str:
    """Write a package size; nothing when it says nothing.

    >>> size("14.5 OZ"), size("12 PK/12 OZ"), size("1/2 GAL"), size("6 CT"), size("1 CT")
    ('14.5 oz', '12 × 12 oz', '1/2 gal', '6 pieces', '')
    """
    label = label.strip().upper()
    if label in _ALONE:
        return _ALONE[label]
    if found := _PACK.fullmatch(label):
        return f"{found[1]} × {_decimal(found[2])} {_UNITS[found[3]]}"
    if not (found := _SIZE.fullmatch(label)):
        return ""
    number, unit = _decimal(found[1]), _UNITS[found[2]]
    if unit == "pack":
        return f"pack of {number}"
    return "" if unit == "pieces" and number == "1" else f"{number} {unit}"


def title(kind: str, category: str, package: str, is_private: bool, known: set[str]) -> str:
    """Name a product by what it is, its size, and whether it is the shop's own.

    >>> title("FLUID MILK WHITE ONLY", "FLUID MILK PRODUCTS", "1/2 GAL", True, set())
    'Milk, white, 1/2 gal, private label'
    >>> title("PREMIUM", "FROZEN PIZZA", "", False, set())
    'Frozen pizza, premium'
    """
    name = plain_words(kind, known)
    if name.lower() in VAGUE or not name:
        name = name if name.split(" ")[0] in _WORDS.values() else name.lower()
        name = f"{plain_words(category)}, {name}".rstrip(", ")
    parts = [name, size(package), "private label" if is_private else ""]
    return ", ".join(part for part in parts if part)


def _word(found: re.Match) -> str:
    word = found[1].lower()
    return _WORDS.get(word, word).replace("_", " ")


def _decimal(number: str) -> str:
    number = f"0{number}" if number.startswith(".") else number
    return re.sub(r"(\.\d*?)0+$", r"\1", number).rstrip(".") if "." in number else number
