"""What people do with their hands: fill in a sheet, write a name, press a button; with the mouse or with keys alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from playwright.sync_api import FileChooser, Locator, Page, expect

from tests.journeys.conftest import faults
from tests.signatures.test_scans import photo, saved

MOST_TABS = 150
_sheets_of_paper = count(1200)
CELLS = ("name", "phone", "id_number", "address", "skills", "market_verification")
CHOICES = ("health", "work_ability", "post")


def scan() -> Any:
    """A photograph of a name on paper; never the same twice, as nobody signs twice on one sheet."""
    width = next(_sheets_of_paper)
    return {"name": "签字.jpg", "mimeType": "image/jpeg", "buffer": saved(photo(size=(width, 800)))}


def write_name(pad: Locator) -> None:
    """Three characters' worth of strokes, over the whole width of the pad."""
    page = pad.page
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    for share in (0.15, 0.42, 0.7):
        left, top = box["x"] + box["width"] * share, box["y"] + box["height"] * 0.3
        page.mouse.move(left, top)
        page.mouse.down()
        page.mouse.move(left + box["width"] * 0.12, top + 6, steps=4)
        page.mouse.move(left + 4, top + box["height"] * 0.35, steps=4)
        page.mouse.up()


@dataclass
class Hands:
    """With the mouse or a finger."""

    page: Page

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, link: Locator) -> None:
        link.click()

    def fill_in(self, answers: Mapping[str, Any]) -> None:
        for name in CELLS:
            self.page.locator(f"[name={name}]").fill(str(answers[name]))
        for name in CHOICES:
            self.page.locator(f"[name={name}]").select_option(str(answers[name]))
        self.page.locator(f"[name=category][value={answers['category']}]").check()
        self.page.locator("[name=is_willing]").check()

    def say(self, opinion: str) -> None:
        self.page.locator("[name=opinion]").fill(opinion)

    def sign(self, field: str = "strokes") -> None:
        """On the pad that sends this field: the official's own, or the worker's."""
        pad, tools = self.page.locator(f"#f-{field}"), self.page.locator(f"[data-pad=f-{field}]")
        viewport = self.page.viewport_size
        if viewport is None or viewport["width"] > 780:
            write_name(pad)
            return
        tools.get_by_role("button", name="放大签字").click()
        write_name(pad)
        assert faults(self.page) == []
        tools.get_by_role("button", name="签好了").click()

    def give_thumb_print(self, witness: str) -> None:
        """按手印: a photograph of it; the witness writes the name and signs."""
        self.page.get_by_text("不会写字的，按手印").click()
        self.page.locator("[name=worker_thumb]").set_input_files(scan())
        self.page.locator("[name=witness_name]").fill(witness)
        self.sign("witness_strokes")


class Keys(Hands):
    """Without ever touching the mouse; nobody draws with keys, so the name comes from paper."""

    def press(self, name: str) -> None:
        self._reach(self.page.get_by_role("button", name=name, exact=True))
        self.page.keyboard.press("Enter")

    def follow(self, link: Locator) -> None:
        self._reach(link)
        self.page.keyboard.press("Enter")

    def fill_in(self, answers: Mapping[str, Any]) -> None:
        for name in CELLS:
            self._reach(self.page.locator(f"[name={name}]"))
            self.page.keyboard.insert_text(str(answers[name]))
        for name in CHOICES:
            field = self.page.locator(f"[name={name}]")
            self._reach(field)
            while field.input_value() != str(answers[name]):
                self.page.keyboard.press("ArrowDown")
        self._reach(self.page.locator("[name=category]").first)
        self.page.keyboard.press("Space")
        chosen = self.page.locator(f"[name=category][value={answers['category']}]")
        while not chosen.is_checked():
            self.page.keyboard.press("ArrowRight")
        self._reach(self.page.locator("[name=is_willing]"))
        self.page.keyboard.press("Space")

    def say(self, opinion: str) -> None:
        self._reach(self.page.locator("[name=opinion]"))
        self.page.keyboard.insert_text(opinion)

    def sign(self, field: str = "strokes") -> None:
        self._reach(self.page.locator(f"[data-pad=f-{field}] summary"))
        self.page.keyboard.press("Enter")
        self._reach(self.page.locator(f"input[name={field.replace('strokes', 'scan')}]"))
        self._choose_file(scan())

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        # Heard from the start: a listener that comes with the key press may come too late for it.
        self.offered: list[FileChooser] = []
        self.page.on("filechooser", self._be_offered)

    def _be_offered(self, chooser: FileChooser) -> None:
        self.offered.append(chooser)

    def _choose_file(self, file: Any) -> None:
        """A busy browser forgets a key press now and then: whoever sees nothing happen presses again."""
        self.offered.clear()
        for waited in range(120):
            if waited % 40 == 0:
                self.page.keyboard.press("Enter")
            self.page.wait_for_timeout(200)
            if self.offered:
                self.offered[0].set_files(file)
                return
        raise AssertionError("no file was asked for")

    def _reach(self, wanted: Locator) -> None:
        """Tab by Tab, as far as the page goes round; where one stands is always to be seen."""
        expect(wanted).to_be_attached()
        for _ in range(MOST_TABS):
            if wanted.evaluate("(each) => each === document.activeElement"):
                outlined = wanted.evaluate(
                    "(each) => [each, each.nextElementSibling].some((one) => one && getComputedStyle(one).outlineWidth"
                    " !== '0px' && getComputedStyle(one).outlineStyle !== 'none') || each.matches('td.live *')"
                )
                assert outlined, f"nothing shows that {wanted} has the focus"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{wanted} is not reached with the Tab key")
