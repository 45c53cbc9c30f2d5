"""Tags and words of FIX 4.4, as far as they are used here."""

from enum import IntEnum
from typing import Final

BEGIN_STRING: Final = "FIX.4.4"
YES: Final = "Y"


class Tag(IntEnum):
    """A field's number; 20000 to 39999 are for bilateral use, and ours."""

    ACCOUNT = 1
    AVG_PX = 6
    BEGIN_SEQ_NO = 7
    BEGIN_STRING = 8
    BODY_LENGTH = 9
    CHECK_SUM = 10
    CL_ORD_ID = 11
    CUM_QTY = 14
    CURRENCY = 15
    END_SEQ_NO = 16
    EXEC_ID = 17
    HANDL_INST = 21
    LAST_PX = 31
    LAST_QTY = 32
    MSG_SEQ_NUM = 34
    MSG_TYPE = 35
    NEW_SEQ_NO = 36
    ORDER_ID = 37
    ORDER_QTY = 38
    ORD_STATUS = 39
    ORD_TYPE = 40
    ORIG_CL_ORD_ID = 41
    POSS_DUP_FLAG = 43
    PRICE = 44
    REF_SEQ_NUM = 45
    SENDER_COMP_ID = 49
    SENDING_TIME = 52
    SIDE = 54
    SYMBOL = 55
    TARGET_COMP_ID = 56
    TEXT = 58
    TIME_IN_FORCE = 59
    TRANSACT_TIME = 60
    POSS_RESEND = 97
    ENCRYPT_METHOD = 98
    CXL_REJ_REASON = 102
    ORD_REJ_REASON = 103
    HEART_BT_INT = 108
    TEST_REQ_ID = 112
    ORIG_SENDING_TIME = 122
    GAP_FILL_FLAG = 123
    RESET_SEQ_NUM_FLAG = 141
    EXEC_TYPE = 150
    LEAVES_QTY = 151
    MD_REQ_ID = 262
    MD_REQ_REJ_REASON = 281
    REF_TAG_ID = 371
    REF_MSG_TYPE = 372
    SESSION_REJECT_REASON = 373
    BUSINESS_REJECT_REF_ID = 379
    BUSINESS_REJECT_REASON = 380
    CXL_REJ_RESPONSE_TO = 434
    MASS_CANCEL_REQUEST_TYPE = 530
    MASS_CANCEL_RESPONSE = 531
    MASS_CANCEL_REJECT_REASON = 532
    TOTAL_AFFECTED_ORDERS = 533
    USERNAME = 553
    PASSWORD = 554
    KYA_ORDER = 20_001
    KYA_SEQ = 20_002
    KYA_LOG_INDEX = 20_003
    KYA_REASONS = 20_004


HEADER: Final = frozenset({
    Tag.BEGIN_STRING, Tag.BODY_LENGTH, Tag.MSG_TYPE, Tag.MSG_SEQ_NUM,
    Tag.SENDER_COMP_ID, Tag.TARGET_COMP_ID, Tag.SENDING_TIME, Tag.POSS_DUP_FLAG,
    Tag.POSS_RESEND, Tag.ORIG_SENDING_TIME,
})  # fmt: skip
"""What the session reads of a message; everything else is the message's own."""


class MsgType:
    """The words of MsgType (35)."""

    HEARTBEAT: Final = "0"
    TEST_REQUEST: Final = "1"
    RESEND_REQUEST: Final = "2"
    REJECT: Final = "3"
    SEQUENCE_RESET: Final = "4"
    LOGOUT: Final = "5"
    EXECUTION_REPORT: Final = "8"
    ORDER_CANCEL_REJECT: Final = "9"
    LOGON: Final = "A"
    NEW_ORDER_SINGLE: Final = "D"
    ORDER_CANCEL_REQUEST: Final = "F"
    ORDER_CANCEL_REPLACE_REQUEST: Final = "G"
    ORDER_STATUS_REQUEST: Final = "H"
    MARKET_DATA_REQUEST: Final = "V"
    MARKET_DATA_REQUEST_REJECT: Final = "Y"
    BUSINESS_MESSAGE_REJECT: Final = "j"
    ORDER_MASS_CANCEL_REQUEST: Final = "q"
    ORDER_MASS_CANCEL_REPORT: Final = "r"


ADMINISTRATIVE: Final = frozenset({
    MsgType.HEARTBEAT, MsgType.TEST_REQUEST, MsgType.RESEND_REQUEST, MsgType.REJECT,
    MsgType.SEQUENCE_RESET, MsgType.LOGOUT, MsgType.LOGON,
})  # fmt: skip
"""Messages of the session itself: they are never resent, a gap is filled instead."""


class SessionReject:
    """The words of SessionRejectReason (373) that we say."""

    TAG_MISSING: Final = "1"
    VALUE_INCORRECT: Final = "5"
    COMP_ID: Final = "9"
    SENDING_TIME: Final = "10"
