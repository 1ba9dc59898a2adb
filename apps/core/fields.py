"""Fields that keep exact amounts on both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable
from django.forms import DecimalField as DecimalFormField
from django.utils.translation import gettext_lazy as _

from apps.core.money import from_scaled, scaled_half_up


class MoneyField(models.BigIntegerField):  # type: ignore[type-arg]
    """A Decimal with ``scale`` decimals, stored as an integer count of the smallest unit.

    SQLite keeps a DecimalField as a binary float, so that ``gross = net + vat`` fails there for one true sum in
    four; integers add up on both databases. ``scale`` is 2 for invoiced amounts and percentages, 6 for unit
    prices and call records. A value with more decimals is refused, never rounded on the way in.
    """

    # What mypy is told: any exact number goes in, a Decimal comes out.
    _pyi_private_set_type: Decimal | int | str | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]

    description = _("Exact amount with %(scale)s decimals")

    def __init__(self, *args: Any, scale: int = 2, **kwargs: Any) -> None:
        self.scale = scale
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        if self.scale != 2:
            kwargs["scale"] = self.scale
        return name, path, args, kwargs

    def from_db_value(self, value: int | Decimal | None, expression: Any, connection: Any) -> Decimal | None:
        # PostgreSQL answers sum(bigint) with a numeric: the same count of units.
        return None if value is None else from_scaled(int(value), self.scale)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or value == "":
            return None
        if isinstance(value, Decimal):
            return self._checked(value)
        if isinstance(value, float):
            raise ValidationError(_("A binary float is not an exact amount."), code="float")
        try:
            amount = Decimal(str(value).replace(",", "."))
        except ArithmeticError:
            raise ValidationError(_("“%(value)s” is not an amount."), code="invalid", params={"value": value}) from None
        return self._checked(amount)

    def get_prep_value(self, value: Any) -> int | None:
        if value is None or hasattr(value, "resolve_expression"):
            return value  # type: ignore[no-any-return]  # an expression prepares itself
        amount = self.to_python(value)
        return None if amount is None else scaled_half_up(amount, self.scale)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> int | None:
        return value if prepared else self.get_prep_value(value)

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        return models.Field.formfield(
            self, **{"form_class": DecimalFormField, "decimal_places": self.scale, "max_digits": 17, **kwargs}
        )

    @property
    def validators(self) -> list[Any]:
        # BigIntegerField would compare euros with the bounds of the stored integer.
        return list(self._validators)  # type: ignore[attr-defined]

    def _checked(self, amount: Decimal) -> Decimal:
        if not amount.is_finite():
            raise ValidationError(_("“%(value)s” is not an amount."), code="invalid", params={"value": amount})
        exact = amount.scaleb(self.scale)
        if exact != exact.to_integral_value():
            raise ValidationError(
                _("“%(value)s” has more than %(scale)s decimals."),
                code="decimals",
                params={"value": amount, "scale": self.scale},
            )
        if abs(exact) >= 2**63:
            raise ValidationError(_("“%(value)s” is too large."), code="too_large", params={"value": amount})
        return from_scaled(int(exact), self.scale)
