"""A short run of the fuzzer; `python -m tests.http.fuzz` makes long ones."""

from __future__ import annotations

import pytest

from tests.http import fuzz


@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_messages(seed):
    refused = fuzz.run(1_500, seed)
    assert 300 < refused < 1_400
