"""The process in which plans lie open: what fails there is told, never waited for."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator

import pytest

from corduroy.errors import InputError, PlanError
from corduroy.web.conversation.desk import Desk


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    one = Desk()
    yield one
    one.close()


def refuse() -> None:
    raise InputError("a gauge of 99", "one of the list")


def fail() -> None:
    raise ZeroDivisionError("in the middle of it")


def test_what_a_question_refuses_is_told_as_it_is(desk: Desk) -> None:
    with pytest.raises(InputError, match="a gauge of 99"):
        asyncio.run(desk.ask(refuse))


def test_a_fault_is_told_and_kept_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(PlanError, match="ZeroDivisionError"):
        asyncio.run(desk.ask(fail))
    assert "in the middle of it" in caplog.text


def test_after_the_process_has_ended_the_next_question_has_another(desk: Desk) -> None:
    with pytest.raises(PlanError, match="has ended"):
        asyncio.run(desk.ask(os.abort))
    assert asyncio.run(desk.ask(abs, -3)) == 3
