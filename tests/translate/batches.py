"""Batches that a Warpmetrics SDK can send, as hypothesis strategies: the usual, and everything odd seen so far."""

from hypothesis import strategies as st

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
MISSING = object()

texts = st.one_of(
    st.sampled_from(
        ["", "Code review", "retry", "Failed", "completed", "ünï😀", "\ud83d", "x" * 200, " padded ", "group"]
    ),
    st.text(st.characters(codec=None), max_size=20),
)
numbers = st.one_of(
    st.integers(-5, 5),
    st.integers(-(10**25), 10**25),
    st.floats(allow_nan=False, allow_infinity=False),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
json_values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
odd = st.one_of(st.just(MISSING), json_values)
bags = st.one_of(
    st.none(),
    st.just(MISSING),
    st.dictionaries(texts, json_values, max_size=4),
    st.just({"score": 3, "metric": "quality", "reason": "short"}),
    json_values,
)
moments = st.one_of(
    st.integers(0, 4_000_000_000_000).map(
        lambda ms: f"2026-02-{1 + ms % 27:02d}T{ms % 24:02d}:{ms % 60:02d}:{ms % 59:02d}.{ms % 1000:03d}Z"
    ),
    st.sampled_from(["2026-02-01T10:00:00Z", "2026-02-01T12:00:00.123456+02:00", "1969-07-20T20:17:40.000Z", "soon"]),
    st.integers(-(10**15), 10**15),
    st.floats(-1e15, 1e15),
    odd,
)


def native_ids(prefix):
    ulids = st.builds(
        lambda first, rest: first + rest, st.sampled_from("01234567"), st.text(CROCKFORD, min_size=25, max_size=25)
    )
    return st.one_of(
        ulids,
        st.text("abcxyz0189", min_size=1, max_size=6),
        st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=26, max_size=26),
        st.text(st.characters(codec=None), min_size=1, max_size=4),
    ).map(lambda suffix: f"wm_{prefix}_{suffix}")


def mostly(usual, unusual):
    return st.one_of(usual, usual, unusual)


def row(**fields):
    """A row of these fields, without those that are missing."""
    return {name: value for name, value in fields.items() if value is not MISSING}


tokens = st.one_of(
    st.builds(lambda p, c: {"prompt": p, "completion": c, "total": p + c, "cachedInput": 0}, *[st.integers(0, 99)] * 2),
    st.builds(
        lambda p, w, r: {"prompt": p, "completion": 5, "total": p + 5, "cacheWrite": w, "cacheRead": r},
        *[st.integers(0, 99)] * 3,
    ),
    st.dictionaries(st.sampled_from(["prompt", "completion", "total", "cachedInput", "cacheRead", "odd"]), scalars),
    odd,
)
messages = st.one_of(
    st.lists(
        st.fixed_dictionaries({"role": st.sampled_from(["user", "tool", "assistant"]), "content": texts}), max_size=3
    ),
    texts,
    odd,
)
tool_calls = st.one_of(
    st.none(),
    st.lists(
        st.fixed_dictionaries({"id": texts, "name": texts, "arguments": st.sampled_from(["{}", '{"a": 1}', "[", ""])}),
        max_size=2,
    ),
    odd,
)
extras = st.one_of(st.just({}), st.just({}), st.dictionaries(st.sampled_from(["later", "link", "events"]), json_values))


@st.composite
def calls(draw, call_id):
    return row(
        id=call_id,
        provider=draw(mostly(st.sampled_from(["openai", "anthropic", "google"]), odd)),
        model=draw(mostly(st.sampled_from(["gpt-4o", "m" * 150, ""]), odd)),
        messages=draw(messages),
        response=draw(mostly(texts, odd)),
        tools=draw(mostly(st.lists(texts, max_size=2), odd)),
        toolCalls=draw(tool_calls),
        tokens=draw(tokens),
        duration=draw(mostly(st.integers(0, 10**6), odd)),
        startedAt=draw(moments),
        endedAt=draw(moments),
        status=draw(mostly(st.sampled_from(["success", "error"]), odd)),
        error=draw(st.one_of(st.just(MISSING), texts, st.just({"message": "no", "code": 429}), odd)),
        opts=draw(bags),
        cost=draw(st.one_of(st.just(MISSING), numbers, odd)),
        **draw(extras),
    )


@st.composite
def batches(draw):
    """The six arrays; every row may hang on a row of the batch, on one of another batch, or on nothing sensible."""

    def some_ids(prefix, most):
        return draw(st.lists(native_ids(prefix), max_size=most, unique=True))

    run_ids, group_ids, call_ids = some_ids("run", 3), some_ids("grp", 3), some_ids("call", 3)
    outcome_ids, act_ids = some_ids("oc", 3), some_ids("act", 3)

    def reference(*known):
        here = [native_id for some in known for native_id in some]
        elsewhere = st.one_of(native_ids("run"), native_ids("grp"), native_ids("oc"))
        return draw(st.one_of(st.sampled_from(here), st.sampled_from(here), elsewhere, odd) if here else elsewhere)

    def parent(child_id):
        return draw(st.one_of(st.sampled_from([*run_ids, *group_ids, child_id]), native_ids("grp"), native_ids("run")))

    children = [*[(one, "group") for one in group_ids], *[(one, "call") for one in call_ids]]
    strays = draw(st.lists(st.tuples(native_ids("call"), st.just("call")), max_size=2))
    links = {}
    for child_id, kind in [*children, *children, *strays]:
        if draw(st.booleans()):
            made = row(
                parentId=parent(child_id),
                childId=child_id,
                type=draw(mostly(st.just(kind), odd)),
                timestamp=draw(moments),
                **draw(extras),
            )
            links[made["parentId"], made["childId"]] = made
    return {
        "runs": [
            row(
                id=one,
                label=draw(mostly(texts, odd)),
                opts=draw(bags),
                refId=draw(st.one_of(st.none(), st.just(reference(act_ids)))),
                startedAt=draw(moments),
                **draw(extras),
            )
            for one in run_ids
        ],
        "groups": [
            row(id=one, label=draw(mostly(texts, odd)), opts=draw(bags), startedAt=draw(moments), **draw(extras))
            for one in group_ids
        ],
        "calls": [draw(calls(one)) for one in call_ids],
        "links": list(links.values()),
        "outcomes": [
            row(
                id=one,
                refId=reference(run_ids, group_ids, call_ids),
                name=draw(mostly(texts, odd)),
                opts=draw(bags),
                timestamp=draw(moments),
                **draw(extras),
            )
            for one in outcome_ids
        ],
        "acts": [
            row(
                id=one,
                refId=reference(outcome_ids),
                name=draw(mostly(texts, odd)),
                opts=draw(bags),
                timestamp=draw(moments),
                **draw(extras),
            )
            for one in act_ids
        ],
    }
