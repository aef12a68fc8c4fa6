"""A sitting whose process is killed in the middle (SIGKILL, as the power cut) goes on where it stopped."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.processes import SETUP_PATIENCE_SECONDS, Running

RunPython = Callable[..., Running]
HERE = "tests.races.sitting"


def prepared(running: Running) -> None:
    """As long as it tells that it goes on: three hundred papers through the door take their time."""
    assert running.process.stdout is not None
    printed = []
    for line in running.process.stdout:
        printed.append(line)
        if line == "OPENED\n":
            running.finish()
            return
    raise AssertionError(f"the sitting was not opened: {''.join(printed)}")


def killed_after(running: Running, papers: int) -> None:
    """Dead in the middle of the paper after this one: the next is begun as soon as one has been told."""
    assert running.process.stdout is not None
    for _ in range(papers):
        assert running.process.stdout.readline() == "DECIDED\n"
    running.kill()


def standing(run_python: RunPython, url: str) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(run_python(HERE, url, SITTING="tell").finish().splitlines()[-1])
    return figures


def decide_in_spite_of_kills(run_python: RunPython, url: str, number: int, *kills: int) -> None:
    prepared(run_python(HERE, url, SITTING=f"prepare {number}"))
    done = 0
    for papers in kills:
        killed_after(run_python(HERE, url, SITTING="work"), papers)
        half = standing(run_python, url)
        done += papers
        # Whatever was told is done; of the one under way everything stands or nothing.
        assert half["events"] in (done, done + 1)
        assert half["states"] == {"done": half["events"], "waiting": number - half["events"]}
        assert half["faults"] == []
        done = half["events"]
    # The worker and the page go on at once.
    both = [run_python(HERE, url, SITTING="work") for _ in range(2)]
    for running in both:
        running.finish(SETUP_PATIENCE_SECONDS)
    whole = standing(run_python, url)
    assert whole == {
        "states": {"done": number},
        "events": number,
        "cases": number,
        "of_this_sitting": number,
        "opinions": number,
        "signatures": number,
        "decided": number,
        "desks": number,
        "faults": [],
    }


def test_a_sitting_killed_twice_decides_every_paper_exactly_once(run_python: RunPython, any_database_url: str) -> None:
    decide_in_spite_of_kills(run_python, any_database_url, 6, 2, 1)


@pytest.mark.slow
def test_three_hundred_papers_killed_at_a_hundred_and_fifty_are_three_hundred_events(
    run_python: RunPython, any_database_url: str
) -> None:
    decide_in_spite_of_kills(run_python, any_database_url, 300, 150)
