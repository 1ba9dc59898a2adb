from tests.billing.conftest import rated

__all__ = ["rated"]
