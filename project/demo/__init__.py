"""The demo county: invented people in real townships, loaded through the door like everything else."""

from project.demo.people import demo_logins

__all__ = ["demo_logins"]
