"""The product's settings and, above them, the small flow of the tests.

A module of its own: the processes of xdist are set up by the settings' name before any conftest is read.
"""

from project.settings import *  # noqa: F403
from project.settings import INSTALLED_APPS as PRODUCT

INSTALLED_APPS = [*PRODUCT, "tests.slips"]
