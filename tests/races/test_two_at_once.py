"""Two people, two processes, one paper: exactly one act takes effect, the other is told in words."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.processes import Running, release_together

Run = Callable[..., Running]

pytestmark = pytest.mark.xdist_group("races")


def look(run: Run, url: str, code: str) -> str:
    """Ask the database something in a process of its own."""
    return run(f"from tests.races.acts import *\n{code}", url).finish().strip()


def race(run: Run, url: str, *acts: str) -> list[str]:
    """Start every act, let them go together, give how each ended (sorted)."""
    runners = [run(f"from tests.races.acts import *\n{act}", url) for act in acts]
    release_together(*runners)
    return sorted(runner.finish().strip() for runner in runners)


def all_is_well(run: Run, url: str) -> None:
    """Open tasks follow the states, the chain is whole, and every valid signature has its paper."""
    checks = (
        "from workflows.core.consistency import faulty_cases\n"
        "from audit.verification import verify_chain\n"
        "print(list(faulty_cases()), verify_chain('130322'))"
    )
    assert look(run, url, checks) == "[] []"


def test_the_same_opinion_twice_at_once_is_one_opinion(run_python: Run, county_url: str) -> None:
    pk = look(run_python, county_url, "print(tasks_at('village_opinion')[0].pk)")
    before = look(run_python, county_url, "from audit.models import Event; print(Event.objects.count())")
    act = f"decide(ready, {pk}, '秦守义', 'applications.agree_by_village')"
    ended = race(run_python, county_url, act, act)
    assert ended[0].startswith("done")
    assert ended[1].startswith("overtaken 秦守义在")
    after = look(run_python, county_url, "from audit.models import Event; print(Event.objects.count())")
    assert int(after) == int(before) + 1
    all_is_well(run_python, county_url)


def test_of_two_officers_who_decide_differently_one_wins(run_python: Run, county_url: str) -> None:
    pk = look(run_python, county_url, "print(tasks_at('township_opinion', '榆荫村')[0].pk)")
    ended = race(
        run_python,
        county_url,
        f"decide(ready, {pk}, '林书平', 'applications.agree_by_township')",
        f"decide(ready, {pk}, '苏文静', 'applications.send_back', reason='请补正联系电话。')",
    )
    assert [line.split()[0] for line in ended] == ["done", "overtaken"]
    assert "已办理这一件" in ended[1]
    all_is_well(run_python, county_url)


def test_taking_back_and_the_next_act_do_not_both_happen(run_python: Run, county_url: str) -> None:
    found = look(run_python, county_url, "t = tasks_at('village_seal')[0]; print(t.pk, t.process_id)")
    task, case = found.split()
    ended = race(
        run_python,
        county_url,
        f"decide(ready, {task}, '宋敏', 'applications.seal_by_village')",
        f"take_back(ready, {case}, '秦守义')",
    )
    assert sum(line.startswith("done") for line in ended) == 1
    all_is_well(run_python, county_url)


def test_the_last_edge_place_is_given_once(run_python: Run, county_url: str) -> None:
    """Four are placed in the demo; two wait for the fifth place."""
    pks = look(
        run_python,
        county_url,
        "print(*[t.pk for t in tasks_at('township_opinion') if t.process.entity.category == 'edge'])",
    ).split()
    assert len(pks) == 2
    ended = race(
        run_python,
        county_url,
        f"decide(ready, {pks[0]}, '林书平', 'applications.agree_by_township')",
        f"decide(ready, {pks[1]}, '苏文静', 'applications.agree_by_township')",
    )
    assert ended[0].endswith("awaiting_township_seal")
    assert ended[1] == "refused quota_full"
    all_is_well(run_python, county_url)


def test_one_id_number_from_two_townships_is_one_application(run_python: Run, county_url: str) -> None:
    ended = race(
        run_python,
        county_url,
        "apply(ready, '何素琴', answers('青禾村', 701), 'race-a')",
        "apply(ready, '孟凡荣', answers('云杉村', 701), 'race-b')",
    )
    assert ended[0].startswith("done")
    assert ended[1] == "refused second_application"
    all_is_well(run_python, county_url)


def test_a_double_click_on_submit_makes_one_application(run_python: Run, county_url: str) -> None:
    act = "apply(ready, '何素琴', answers('青禾村', 702), 'one-form')"
    ended = race(run_python, county_url, act, act)
    assert [line.split()[0] for line in ended] == ["done", "overtaken"]
    all_is_well(run_python, county_url)


def test_numbers_given_at_once_have_no_gap(run_python: Run, county_url: str) -> None:
    before = look(
        run_python, county_url, "print(sorted(Case.objects.exclude(number='').values_list('number', flat=True))[-1])"
    )
    acts = [f"apply(ready, '何素琴', answers('青禾村', {710 + n}), 'row-{n}')" for n in range(4)]
    ended = race(run_python, county_url, *acts)
    assert Counter(line.split()[0] for line in ended) == {"done": 4}
    series = before.rpartition("-")[0]
    assert [line.split()[1] for line in ended] == [
        f"{series}-{int(before.rpartition('-')[2]) + n:04d}" for n in range(1, 5)
    ]
    all_is_well(run_python, county_url)


def test_a_kill_in_the_middle_leaves_everything_or_nothing(run_python: Run, county_url: str) -> None:
    """Killed at a different statement each time; what stands is whole, and the act can be done again."""
    pk = look(run_python, county_url, "print(tasks_at('township_opinion', '榆荫村')[0].pk)")
    for statement in (3, 9, 15, 21, 27, 33):
        victim = run_python(
            "import os, signal\n"
            "from django.db import connection\n"
            "from tests.races.acts import *\n"
            "count = 0\n"
            "def fall(execute, sql, params, many, context):\n"
            "    global count\n"
            "    if connection.in_atomic_block: count += 1\n"
            f"    if count == {statement}: os.kill(os.getpid(), signal.SIGKILL)\n"
            "    return execute(sql, params, many, context)\n"
            "connection.execute_wrappers.append(fall)\n"
            f"decide(lambda: None, {pk}, '林书平', 'applications.agree_by_township')",
            county_url,
        )
        assert victim.process.wait(60) == -9
        all_is_well(run_python, county_url)
        standing = look(
            run_python,
            county_url,
            f"t = DeskTask.objects.get(pk={pk}); print(t.is_open, t.process.entity.state, t.process.opinions.count())",
        )
        assert standing == "True awaiting_township_review 1"
    ended = look(run_python, county_url, f"decide(lambda: None, {pk}, '林书平', 'applications.agree_by_township')")
    assert ended.startswith("done")
    all_is_well(run_python, county_url)
