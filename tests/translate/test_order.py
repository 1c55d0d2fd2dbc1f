"""Entities in any order come out with nothing before what it hangs on."""

import random

import pytest

from tests.translate.filled import GOLDEN, filled
from warpmetrics_otel.entities import Act, Batch, Group, Link, Outcome, Run
from warpmetrics_otel.translate.order import parents_first


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("seed", range(5))
def test_everything_comes_after_what_it_hangs_on(name, seed):
    entities = list(Batch.from_json(filled(name)))
    random.Random(seed).shuffle(entities)
    ordered = parents_first(entities)
    assert sorted(entity.key for entity in ordered) == sorted(entity.key for entity in entities)
    at = {entity.key: number for number, entity in enumerate(ordered)}
    for entity in ordered:
        if isinstance(entity, Link):
            assert at[entity.parent_id] < at[entity.child_id] < at[entity.key]
        elif isinstance(entity, Run | Outcome | Act) and entity.ref_id is not None:
            assert at[entity.ref_id] < at[entity.key]


def test_what_is_in_order_stays_as_it_is():
    entities = [Run("wm_run_1"), Group("wm_grp_1"), Link("wm_run_1", "wm_grp_1"), Outcome("wm_oc_1", "wm_run_1")]
    assert parents_first(entities) == entities


def test_what_hangs_on_itself_is_kept():
    circle = [Run("wm_run_1", ref_id="wm_act_1"), Outcome("wm_oc_1", "wm_run_1"), Act("wm_act_1", "wm_oc_1")]
    assert sorted(parents_first(circle)) == sorted(circle)
    assert parents_first([Link("wm_grp_1", "wm_grp_1"), Group("wm_grp_1")])[-1].kind == "links"
