"""What `conventions/generate.py` writes: committed as it is, complete, and refused when out of date."""

import shutil
import subprocess
import sys
from pathlib import Path

from generate import constant, event_constant, metric_constant
from registry import ROOT, Registry, defined_attributes, defined_events

from warpmetrics_otel import semconv

REGISTRY = Registry()


def generate(root, *arguments):
    return subprocess.run(
        [sys.executable, root / "conventions" / "generate.py", *arguments], capture_output=True, text=True, check=False
    )


def test_generated_files_are_in_sync():
    done = generate(ROOT.parent, "--check")
    assert (done.returncode, done.stderr) == (0, "")


def test_check_names_what_is_out_of_date_and_generating_mends_it(tmp_path):
    package = Path("src", "warpmetrics_otel")
    shutil.copytree(ROOT, tmp_path / "conventions")
    (tmp_path / package).mkdir(parents=True)
    shutil.copy(ROOT.parent / package / "semconv.py", tmp_path / package)
    (tmp_path / "conventions" / "docs" / "links.md").unlink()
    with (tmp_path / "conventions" / "upstream.toml").open("a", encoding="utf-8") as file:
        file.write('\n[core.events."an.event"]\nbrief = "Added by the test."\n')

    check = generate(tmp_path, "--check")
    assert check.returncode == 1
    outdated = {line.split(" is out of date")[0] for line in check.stderr.splitlines()}
    assert outdated == {"conventions/docs/links.md", "conventions/docs/events.md", "src/warpmetrics_otel/semconv.py"}

    assert generate(tmp_path).returncode == 0
    assert generate(tmp_path, "--check").returncode == 0
    assert 'EVENT_AN_EVENT: Final[str] = "an.event"' in (tmp_path / package / "semconv.py").read_text("utf-8")


def test_constants_are_those_of_the_registry_and_no_others():
    expected = {"SCHEMA_URL": REGISTRY.manifest["schema_url"]}
    names = ["SCHEMA_URL"]
    for attribute in REGISTRY.all_attributes():
        pairs = [(constant(attribute.key), attribute.key)]
        if attribute.is_template:
            pairs.append((f"{constant(attribute.key)}_PREFIX", f"{attribute.key}."))
        pairs += [(f"{attribute.constants}_{constant(value.value)}", value.value) for value in attribute.values]
        names += [name for name, _ in pairs]
        expected |= dict(pairs)
    events = [*(event.name for event in REGISTRY.events)]
    events += [name for upstream in REGISTRY.upstream.values() for name in upstream.events]
    names += [event_constant(name) for name in events]
    expected |= {event_constant(name): name for name in events}
    metrics = [*REGISTRY.all_metrics()]
    names += [metric_constant(metric.name) for metric in metrics]
    expected |= {metric_constant(metric.name): (metric.name, metric.unit, metric.brief) for metric in metrics}

    assert len(names) == len(set(names)), "two names share a constant"
    assert {name: value for name, value in vars(semconv).items() if name.isupper()} == expected


def test_defined_attributes_say_the_types_recording_may_write():
    attributes = defined_attributes()
    assert attributes[semconv.WARPMETRICS_ENTITY_TYPE] == "string"
    assert attributes[semconv.WARPMETRICS_CHAIN_POSITION] == "int"
    assert attributes[semconv.WARPMETRICS_OPTS] == "string"
    assert attributes[semconv.WARPMETRICS_OPTS_PREFIX] == "any"
    assert attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == "string[]"
    assert attributes[semconv.GEN_AI_USAGE_COST] == "double"


def test_defined_events_say_their_attributes():
    events = defined_events()
    assert events.keys() == {
        semconv.EVENT_OUTCOME,
        semconv.EVENT_ACT,
        semconv.EVENT_LINK,
        semconv.EVENT_EVALUATION_RESULT,
        semconv.EVENT_EXCEPTION,
    }
    assert events[semconv.EVENT_ACT] == {
        semconv.WARPMETRICS_ACT_ID,
        semconv.WARPMETRICS_ACT_NAME,
        semconv.WARPMETRICS_OUTCOME_ID,
        semconv.WARPMETRICS_OPTS,
        semconv.WARPMETRICS_NATIVE,
    }
    assert semconv.GEN_AI_EVALUATION_SCORE_VALUE in events[semconv.EVENT_OUTCOME]
