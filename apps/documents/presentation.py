"""What a layout may show: the snapshot, and the views of it that a page needs.

Everything is frozen, so that a template can neither change nor call anything. Nothing here rounds: the
amounts are sums of cents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from apps.core.money import total
from apps.documents.logo import PlacedLogo
from apps.documents.snapshot import InvoiceSnapshot, Item, ItemKind, Party

#: How many items a layout still shows itself. Measured (``benchmarks/documents.py``): a row costs xhtml2pdf 5
#: to 8 ms, so that six take as long as the summary and the pages of ``detail.py``, where a row costs
#: 0.2 ms. A customer with one line and little usage gets one page, a fleet a summary and its detail.
ITEMS_ON_FRONT = 6


@dataclass(frozen=True, slots=True)
class Palette:
    """The integrator's colour and what is derived from it, as ``#rrggbb``."""

    main: str
    #: A background on which black text reads well.
    tint: str
    rule: str
    #: Text on ``main``: white, or nearly black when the colour is light.
    on_main: str

    @classmethod
    def of(cls, colour: str) -> Palette:
        red, green, blue = rgb = tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))
        # Perceived brightness (ITU-R BT.601), 0 to 255,000.
        is_light = 299 * red + 587 * green + 114 * blue > 160_000
        return cls(
            main=colour,
            tint=_towards_white(rgb, percent=92),
            rule=_towards_white(rgb, percent=70),
            on_main="#1a1a1a" if is_light else "#ffffff",
        )


def _towards_white(rgb: tuple[int, ...], *, percent: int) -> str:
    return "#" + "".join(f"{channel + (255 - channel) * percent // 100:02x}" for channel in rgb)


@dataclass(frozen=True, slots=True)
class Sums:
    """Net amounts by what they pay for; ``None`` where there is nothing of that group."""

    subscriptions: Decimal | None
    services: Decimal | None
    usage: Decimal | None
    discounts: Decimal | None
    third_party: Decimal | None
    net: Decimal

    @classmethod
    def of(cls, items: Iterable[Item]) -> Sums:
        items = tuple(items)
        own = [item for item in items if not item.third_party]
        return cls(
            subscriptions=_sum(own, ItemKind.SUBSCRIPTION, ItemKind.OPTION),
            services=_sum(own, ItemKind.SERVICE, ItemKind.ONE_OFF),
            usage=_sum(own, ItemKind.USAGE),
            discounts=_sum(own, ItemKind.DISCOUNT),
            third_party=_sum([item for item in items if item.third_party], *ItemKind),
            net=total(item.net for item in items),
        )


def _sum(items: Iterable[Item], *kinds: ItemKind) -> Decimal | None:
    nets = [item.net for item in items if item.kind in kinds]
    return total(nets) if nets else None


@dataclass(frozen=True, slots=True)
class Block:
    """The items of one mobile line or, with an empty ``msisdn``, those of the customer as a whole."""

    msisdn: str
    user_name: str
    items: tuple[Item, ...]
    sums: Sums


def _owner(item: Item) -> tuple[str, str]:
    # A number given to somebody else within the month makes two blocks.
    return item.msisdn, item.user_name


def blocks(items: Iterable[Item]) -> tuple[Block, ...]:
    """The items by mobile line, the customer's own first; inside a block by position."""
    ordered = sorted(items, key=lambda item: (*_owner(item), item.position))
    grouped = [(owner, tuple(members)) for owner, members in groupby(ordered, key=_owner)]
    return tuple(Block(*owner, members, Sums.of(members)) for owner, members in grouped)


def own_blocks(snapshot: InvoiceSnapshot) -> tuple[Block, ...]:
    """The integrator's own services."""
    return blocks(item for item in snapshot.items if not item.third_party)


def third_party_blocks(snapshot: InvoiceSnapshot) -> tuple[Block, ...]:
    """What is sold for others, which is shown apart."""
    return blocks(item for item in snapshot.items if item.third_party)


def identity(seller: Party) -> str:
    """The line that a French company prints at the foot of its papers (C. com. art. R123-237)."""
    company = [
        seller.legal_name,
        f"{seller.legal_form} au capital de {seller.capital}" if seller.capital else seller.legal_form,
        seller.rcs,
        f"SIRET {seller.siret}" if seller.siret else f"SIREN {seller.siren}" if seller.siren else "",
        f"TVA {seller.vat_number}" if seller.vat_number else "",
    ]
    return " – ".join(part for part in company if part.strip())


def is_detailed_apart(snapshot: InvoiceSnapshot) -> bool:
    """Whether the items are too many for the front and have pages of their own."""
    return len(snapshot.items) > ITEMS_ON_FRONT


@dataclass(frozen=True, slots=True)
class Page:
    """``page`` in a layout: what is computed from the snapshot, beside the snapshot itself (``invoice``)."""

    palette: Palette
    sums: Sums
    #: How many mobile lines the document is about.
    line_count: int
    #: The items by mobile line, when they are few enough for the layout to show them; else both are empty,
    #: ``detailed_apart`` is true and the pages after the layout's own hold them.
    blocks: tuple[Block, ...]
    third_party_blocks: tuple[Block, ...]
    detailed_apart: bool
    seller_identity: str
    logo: PlacedLogo | None

    @classmethod
    def of(cls, snapshot: InvoiceSnapshot, *, logo: PlacedLogo | None, detailed_apart: bool) -> Page:
        return cls(
            palette=Palette.of(snapshot.branding.colour),
            sums=Sums.of(snapshot.items),
            line_count=len({item.msisdn for item in snapshot.items} - {""}),
            blocks=() if detailed_apart else own_blocks(snapshot),
            third_party_blocks=() if detailed_apart else third_party_blocks(snapshot),
            detailed_apart=detailed_apart,
            seller_identity=identity(snapshot.seller),
            logo=logo,
        )
