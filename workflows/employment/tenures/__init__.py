"""在岗：从哪天到哪天，什么时候到期，到期、请假、离岗各是怎么办的。

Attendance and pay ask `tenures_in`: only days under a sealed agreement. The ledger asks `periods.served_in`: everybody
on a post, those from before this system too.
"""

from .stints import Stint, kept_here, stints, tenures_in, under_agreement

__all__ = ["Stint", "kept_here", "stints", "tenures_in", "under_agreement"]
