from kya.adapters.alerts_memory import MemoryTarget
from kya.core.errors import InputError, TransientError
from kya.gateway.alert import Alert
from tests.contracts.alerts import AlertTargetContract


class TestContract(AlertTargetContract):
    async def well(self, *alerts: Alert) -> list[str]:
        target = MemoryTarget()
        words = [await target.tell(alert) for alert in alerts]
        assert target.told == list(alerts)
        return words

    async def away(self, alert: Alert) -> str:
        target = MemoryTarget()
        target.fault = TransientError("away")
        return await target.tell(alert)

    async def refusing(self, alert: Alert) -> str:
        target = MemoryTarget()
        target.fault = InputError("no")
        return await target.tell(alert)
