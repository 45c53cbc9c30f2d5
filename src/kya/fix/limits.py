"""Limits of FIX sessions, each with its reason."""

from typing import Final

FRAME_BYTES_MAX: Final = 8_192
"""One message: an order has some 250 bytes, and a report no more than a thousand."""

HEARTBEAT_SECONDS_MAX: Final = 60
"""Longest heartbeat: a dead peer is found within two and a half of them."""

TOLERANCE_SECONDS_MIN: Final = 2
"""Least tolerance of SendingTime: the skew that an order's own time may have, too."""

TOLERANCE_SECONDS_MAX: Final = 120
"""Largest tolerance of SendingTime: what FIX's own guide names."""

LOGON_SECONDS_MAX: Final = 10
"""How long a peer may take to log on or out; longer, and it is no session partner."""

ASK_AGAIN_SECONDS: Final = 5
"""Pause before a gap is asked for once more: the resent messages got lost, too."""

SENT_KEPT_MAX: Final = 10_000
"""Sent messages that can be resent; who was away for longer asks for each order."""

NUMBER_MAX: Final = 2**31 - 1
"""Largest sequence number: what every FIX engine holds in its integer."""

MESSAGES_WAITING_MAX: Final = 256
"""Messages of one bot that wait for the gateway: four times what it has under way."""

UNREAD_BYTES_MAX: Final = 8_388_608
"""What a peer may leave unread: twice what a whole resend comes to, then it is gone."""
