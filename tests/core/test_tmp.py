import time
from tests.cast import *
def test_a(cast):
    t=time.time(); cast.prove(); print("prove", time.time()-t)
    t=time.time(); c=cast.walk_to("approved"); print("walk", time.time()-t)
    t=time.time(); c=cast.walk_to("approved"); print("walk", time.time()-t)
def test_b(db):
    for i in range(1):
        t=time.time(); build_cast(); print("build", time.time()-t)
    from django.db import connection
    import cProfile, pstats
