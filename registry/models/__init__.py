from registry.models.delegations import Delegation, usable_by
from registry.models.households import Household, KinshipDeclaration, Worker
from registry.models.keys import KeyDestroyed, PersonKey
from registry.models.organisations import County, FormerName, Organisation
from registry.models.people import Appointment, User
from registry.models.policy_sets import PolicySet

__all__ = [
    "Appointment",
    "County",
    "Delegation",
    "FormerName",
    "Household",
    "KeyDestroyed",
    "KinshipDeclaration",
    "Organisation",
    "PersonKey",
    "PolicySet",
    "User",
    "Worker",
    "usable_by",
]
