"""Operations on lines that are still to come."""

from __future__ import annotations

from datetime import date

import factory
from factory.django import DjangoModelFactory

from apps.lines.choices import OperationKind
from apps.lines.models import PlannedOperation
from tests.factories import LineFactory, UserFactory


class PlannedOperationFactory(DjangoModelFactory[PlannedOperation]):
    """Another user for a line, on the first of January 2027."""

    class Meta:
        model = PlannedOperation

    line = factory.SubFactory(LineFactory)
    code = "user"
    kind = OperationKind.USER_CHANGE
    parameters = factory.Dict({"user_name": "PAUL DURAND"})
    effective_on = date(2027, 1, 1)
    asked_by = factory.SubFactory(UserFactory)
