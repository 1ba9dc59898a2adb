"""Whatever colour the integrator chose, what is written in it or on it can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.branding.colours import DARK_GROUND, ENOUGH, WHITE, contrast, mixed, on_dark, on_white, palette

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def test_the_contrast_of_two_colours_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#1f4e79", "#1f4e79") == 1
    # Examples that WebAIM's contrast checker gives.
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#0000ff", "#ffffff") == pytest.approx(8.59, abs=0.005)


@given(colours)
def test_white_can_be_read_on_it_and_it_can_be_read_on_white(colour: str) -> None:
    assert contrast(palette(colour)["600"], WHITE) >= ENOUGH


@given(colours)
def test_it_can_be_read_by_night(colour: str) -> None:
    assert contrast(palette(colour)["500"], DARK_GROUND) >= ENOUGH


@given(colours)
def test_the_weights_go_from_the_palest_to_the_darkest_on_either_side_of_the_colour(colour: str) -> None:
    scale = palette(colour)
    for pale, dark in (("50", "600"), ("600", "700"), ("700", "800"), ("800", "900"), ("900", "950")):
        assert contrast(scale[pale], WHITE) <= contrast(scale[dark], WHITE)


@pytest.mark.parametrize("colour", ["#1f4e79", "#7a1f4e", "#000000"])
def test_a_colour_that_can_be_read_is_left_as_it_is(colour: str) -> None:
    assert on_white(colour) == colour


def test_a_pale_colour_is_darkened_no_more_than_it_must() -> None:
    assert on_white("#ffff00") != "#ffff00"
    assert contrast(on_white("#ffff00"), WHITE) < ENOUGH + 0.5
    assert on_dark("#ffff00") == "#ffff00"


def test_half_of_black_and_white_is_grey() -> None:
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
