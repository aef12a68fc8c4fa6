"""The demo county: invented people in real townships, loaded through the door like everything else."""

from project.demo.people import OTHER_LOGIN, demo_logins

__all__ = ["OTHER_LOGIN", "demo_logins"]
