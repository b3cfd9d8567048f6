"""What is said about a place: the finding there, the rule of an ignore comment, the layer or call with its values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from default_lint.findings import PLACE, Evidence, Finding, Learned, Observed, Safety
from default_lint.output import evidence as told
from default_lint.output import links
from default_lint.output.program import shape_text, text
from default_lint.output.style import clean
from default_lint.program import catalog
from default_lint.program.data import Array, Dataset, Frame, Generator
from default_lint.program.types import Argument, Call, Compile, Fit, Layer
from default_lint.program.values import UNKNOWN, Unknown, is_integer, is_known
from default_lint.settings import UNKNOWN_SUPPRESSION, did_you_mean, rule_names
from default_lint.suppression import counts_for
from default_lint.text import Document, Span
from default_lsp import hints, pages, reference
from default_lsp.analysis import Analysis
from default_lsp.markdown import block, code, link, paragraphs, plain, prose, table
from default_lsp.outline import Deed, Outline, Use, counted, kind_of, outline, size

MOST = 3  # findings told at one place
BARS = 5  # numbers that a classifier went by
DEEPEST = 4  # lists within lists that read well
MOST_CALLS = 40  # of one place
VALUES = 4  # values of one argument, at a place that is run several times
RULE = "\n\n---\n\n"
BATCH = 32  # rows of a batch where `fit` is not told
_SPOKEN = ("keras.",)
_BUILDERS = frozenset(("keras.Sequential", "keras.Model"))
_SILENT = frozenset(("keras.Model.add", "keras.Model.__call__", "keras.Model.summary", "keras.Model.pop"))


class Hovered(NamedTuple):
    """What to say, in Markdown, and the text it is about."""

    markdown: str
    span: Span


def hover(
    analysis: Analysis, offset: int, findings: Iterable[Finding] | None = None, *, beside: bool = False
) -> Hovered | None:
    """What is said at an offset; None for nothing. At the end of a word its last character counts.

    `beside`: the client shows message and notes of a finding itself, as VS Code does.
    """
    found = outline(analysis)
    shown = tuple(analysis.report.findings if findings is None else findings)
    for place in (offset, offset - 1):
        if 0 <= place < len(analysis.document.text):
            said = _at(analysis, found, place, shown, beside)
            if said is not None:
                return said
    return None


def _at(analysis: Analysis, found: Outline, offset: int, findings: Sequence[Finding], beside: bool) -> Hovered | None:
    here = sorted(
        (finding for finding in findings if finding.span.start <= offset < finding.span.end),
        key=lambda finding: (-finding.severity, finding.span.end - finding.span.start),
    )
    parts = [_finding(analysis.document, finding, beside) for finding in here[:MOST]]
    span = here[0].span if here else None
    comment = _comment(analysis, found, offset)
    if comment is not None:
        if not any(finding.rule == UNKNOWN_SUPPRESSION.name for finding in here):
            parts.append(comment.markdown)
        span = span or comment.span
    else:
        about = _code(found, offset)
        if about is not None:
            parts.append(about.markdown)
            span = span or about.span
    return Hovered(RULE.join(parts), span) if span is not None else None


# Findings


def _finding(document: Document, finding: Finding, beside: bool) -> str:
    """A finding: what it says (unless the client shows that), its evidence, and its rule in short."""
    head = f"**{prose(finding.message)}**"
    facts = f"{finding.severity.label} · {finding.confidence.label} confidence · {finding.family}"
    notes = "\n".join(f"- {prose(note.text)}{_line(document, note.span)}" for note in finding.notes)
    titles = [f"- {prose(fix.title)}{_SAFETY[fix.safety]}" for fix in finding.fixes]
    fixes = "Fixes:\n\n" + "\n".join(titles) if titles else ""
    address = link(f"`{finding.rule}`", links.page(finding))
    seen = _evidence(finding.evidence)
    if beside:
        return paragraphs((facts, seen if "\n" in seen else "", pages.in_short(finding.rule), fixes))
    return paragraphs((head, f"{address} · {facts}", notes, seen, fixes, pages.in_short(finding.rule)))


_SAFETY = {Safety.SAFE: " (safe)", Safety.UNSAFE: " (unsafe)", Safety.SHOWN: " (a suggestion)"}


def _line(document: Document, span: Span | None) -> str:
    if span is None or not 0 <= span.start <= len(document.text):
        return ""
    place = document.locate(span.start)
    return f" (line {place.line})" if place.cell is None else f" (cell {place.cell}, line {place.line})"


def _evidence(pieces: Sequence[Evidence]) -> str:
    """The pieces of evidence as a table; one line when the source alone says it."""
    if not any(isinstance(piece, (Observed, Learned)) for piece in pieces):
        return "Evidence: the source alone."
    rows = list(dict.fromkeys(row for piece in pieces for row in _piece(piece)))
    placed = {_PLACED.get(piece.placed, "") for piece in pieces if isinstance(piece, Observed)} - {""}
    bars = [_bars(piece) for piece in pieces if isinstance(piece, Learned)]
    return paragraphs((table(("Evidence", "What", "When", "Value"), rows), *bars, *sorted(placed)))


def _bars(piece: Learned) -> str:
    """What speaks for and against a probability, the strongest first, as bars of one width."""
    reasons = piece.reasons or tuple(piece.contributions.items())
    ranked = sorted(reasons, key=lambda reason: -abs(reason[1]))[:BARS]
    rows = [
        f"{told.bar(value)} {told.signed(value):>5}  {clean(text.removesuffix(f' ({told.signed(value)})'))}"
        for text, value in ranked
    ]
    return block("\n".join(rows), "text") if rows else ""


_PLACED = {
    "name": "The run's layer was found in the source by its name.",
    "order": "The run's layer was found in the source by its position in the model.",
    "fit": "The run does not tell the layer's place; it is told where training starts.",
}


def _piece(piece: Evidence) -> Iterator[tuple[str, str, str, str]]:
    if isinstance(piece, Observed):
        named = told.WORDS.get(piece.measure)
        value = ""
        if named is not None:
            show = told.percent if piece.measure in told.SHARES else told.number
            value = told.count(piece.value) if piece.measure in told.COUNTS else show(piece.value)
        what = named or (piece.name or piece.measure).replace("-", " ").replace("_", " ")
        yield ("run", plain(what), told.epochs_told(piece.epochs), plain(value))
    elif isinstance(piece, Learned):
        value = f"{piece.probability:.2f} (usual {piece.base:.2f})"
        what = "likely place of the run's fault" if piece.model == PLACE else "unlike working programs"
        yield ("classifier", what, "", value)
    else:
        yield ("source", "follows from the program as written", "", "")


# Ignore comments


def _comment(analysis: Analysis, found: Outline, offset: int) -> Hovered | None:
    """The rules that the ignore comment at an offset names, and whether it holds something back."""
    for comment in found.comments:
        if not comment.span.start <= offset < comment.span.end:
            continue
        names = list(dict.fromkeys(comment.names))
        if comment.form == "noqa":
            names = [name for name in names if pages.find(name) is not None]
            if not names:
                return None
        elif comment.form not in ("ignore", "file-ignore"):
            hint = did_you_mean(comment.form, ("ignore", "file-ignore"))
            return Hovered(prose(f"`{comment.form}` is no form of suppression{hint}"), comment.span)
        one = [name for name, span in zip(comment.names, comment.names_at) if span.start <= offset < span.end]
        parts = [_ignored(analysis, comment.covers, name) for name in one or names]
        if not parts:
            parts = [
                prose("The comment names no rule, so it holds back nothing: `# default-lint: ignore[rule-name] reason`")
            ]
        span = next((at for at in comment.names_at if at.start <= offset < at.end), comment.span)
        return Hovered(RULE.join(parts), span)
    return None


def _ignored(analysis: Analysis, covers: Span, name: str) -> str:
    rule = pages.find(name)
    if rule is None:
        known = [word for rule in rule_names() for word in (rule.name, rule.code)]
        return prose(f"No rule is called `{name}`{did_you_mean(name, known)}")
    held = [item for item in analysis.report.suppressed if item.rule == rule.name and counts_for(covers, item)]
    lines = [f"- {prose(finding.message)}{_line(analysis.document, finding.span)}" for finding in held]
    holds = "Holds back:\n\n" + "\n".join(lines) if lines else "Holds back nothing at present."
    address = link(f"`{rule.name}`", links.page_of(rule.name))
    return paragraphs((f"{address} · {plain(rule.summary())}", holds, pages.section(rule.page(), "Why it matters")))


# Layers and calls


def _code(found: Outline, offset: int) -> Hovered | None:
    """The smallest layer or call around an offset."""
    best: Span | None = None
    for spans in (found.made, found.applied, found.calls):
        for span in spans:
            if span.start <= offset < span.end and (best is None or span.end - span.start < best.end - best.start):
                best = span
    for site, continued in _sites(found):
        if site.start <= offset < site.end and (best is None or site.end - site.start < best.end - best.start):
            return Hovered(_layer(found, continued), site)
    if best is None:
        return None
    uses = found.made.get(best) or found.applied.get(best) or ()
    calls = found.calls.get(best, ())
    if uses and not _is_model(uses[0].layer):
        return Hovered(_layer(found, uses), best)
    if any(call.name in _SILENT for call in calls):
        return None
    built = _built(found, best, offset)
    if built is not None:
        return built
    if uses:
        return Hovered(_layer(found, uses), best)
    on_name = any(call.callee.start <= offset < call.callee.end for call in calls)
    if calls and calls[0].name.startswith(_SPOKEN) and (on_name or calls[0].name not in _BUILDERS):
        return Hovered(_call(found, best, calls), best)
    return None


def _sites(found: Outline) -> Iterator[tuple[Span, Sequence[Use]]]:
    """The applications that continue the call which makes the layer: `Dense(8)(x)`."""
    for uses in found.made.values():
        site = uses[0].layer.site
        if site.start == uses[0].layer.call.span.start and found.is_call(site):
            yield site, uses


def _is_model(layer: Layer) -> bool:
    return layer.nested is not None and layer.nested.kind not in ("application", "layer")


def _built(found: Outline, span: Span, offset: int) -> Hovered | None:
    """The model that a call builds, when the offset is on the call's name."""
    for index, built in enumerate(found.models):
        if span.start <= built.span.start and built.span.end <= span.end:
            model = built.variants[0][1]
            if model.kind in ("loaded", "unknown", "application") or not built.span.start <= offset < built.span.end:
                continue
            return Hovered(pages.model_text(found, index), built.span)
    return None


def _layer(found: Outline, uses: Sequence[Use]) -> str:
    """A layer: where it is in its model, its shapes, its parameters, its arguments."""
    first = uses[0].layer
    name = found.name_of(first, uses[0].model)
    title = f"**{code(kind_of(first))}**{f' {code(name)}' if name else ''}{hints.place_of(uses)}"
    rows = list(dict.fromkeys(hints.applications(uses)))
    if len(rows) == 1:
        facts = " · ".join(filter(None, (hints.change(first), hints.weights(first))))
    else:
        facts = hints.listed(rows)
    if any(use.layer.uncertain for use in uses):
        facts = paragraphs((facts, hints.TURNS))
    calls = [] if _is_model(first) else found.variants(use.layer.call for use in uses)
    return paragraphs((title, facts, _activation(uses), _inside(first), _arguments(found, calls), _see(first.kind)))


def _activation(uses: Sequence[Use]) -> str:
    if not any("activation" in use.layer.call.arguments for use in uses):
        return ""
    names = dict.fromkeys(use.layer.activation for use in uses if isinstance(use.layer.activation, str))
    if not names:
        return ""
    quiet = " (none)" if list(names) == ["linear"] else ""
    return f"Activation {', '.join(map(code, names))}{quiet}"


def _inside(layer: Layer) -> str:
    """What is inside a layer that is a model."""
    nested = layer.nested
    if nested is None or nested.kind in ("application", "loaded"):
        return ""
    count = counted(nested)
    parameters = nested.parameters
    known = "" if isinstance(parameters, Unknown) else f", {size(parameters) if parameters else 'no'} parameters"
    return f"{count} layer{'s' if count != 1 else ''} inside{known}" if count else ""


def _call(found: Outline, span: Span, calls: Sequence[Call]) -> str:
    """Any other call of Keras: what it is, what is known of it, its arguments."""
    call = calls[0]
    deeds = [deed for deed in found.deeds.get(span, ()) if deed.event.call is not None]
    of = ""
    method = call.name.startswith("keras.Model.")
    if method and deeds and deeds[0].model.name:
        of = f" of {code(deeds[0].model.name)}"
    title = f"**{code(call.short)}**{of if method else f' · {code(call.name)}'}"
    facts = paragraphs(dict.fromkeys(_deed(deed) for deed in deeds))
    shape = _input_shape(call) if call.name == "keras.Input" else ""
    return paragraphs((title, facts, shape, _arguments(found, calls, deeds), _see(call.name)))


def _input_shape(call: Call) -> str:
    whole, shape, batch = call["batch_shape"], call["shape"], call["batch_size"]
    if isinstance(whole, (tuple, list)):
        return f"Output {code(shape_text(whole))}"
    if isinstance(shape, int):
        return ""
    if isinstance(shape, (tuple, list)):
        return f"Output {code(shape_text((batch, *shape)))}"
    return ""


def _deed(deed: Deed) -> str:
    event = deed.event
    if isinstance(event, Compile):
        return _compiled(event)
    if isinstance(event, Fit) and event.kind == "fit":
        return _steps(event)
    return ""


def _compiled(event: Compile) -> str:
    """The optimizer with its learning rate, and the loss's `from_logits`."""
    lines: list[str] = []
    optimizer = event.optimizer
    if optimizer is not None and optimizer.name:
        rate = optimizer.learning_rate
        default = _default(f"keras.optimizers.{optimizer.name}", "learning_rate")
        given = optimizer.call is not None and (
            optimizer.call.spread or bool(optimizer.call.given("learning_rate") or optimizer.call.extra_named("lr"))
        )
        if is_known(rate) and given:
            lines.append(f"Optimizer {code(optimizer.name)}, learning rate {code(text(rate))}")
        elif not given and is_known(default):
            lines.append(f"Optimizer {code(optimizer.name)}, learning rate {code(text(default))} (default)")
        else:
            lines.append(f"Optimizer {code(optimizer.name)}")
    for loss in event.losses or ():
        if loss.name:
            reads = {True: " of logits", False: " of probabilities"}.get(loss.from_logits, "")  # type: ignore[arg-type]
            reads = reads if loss.name in _LOGITS else ""
            output = f" (output {loss.output + 1})" if loss.output else ""
            lines.append(f"Loss {code(loss.name)}{reads}{output}")
    return "\n".join(f"- {line}" for line in lines)


_LOGITS = frozenset(
    ("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy", "binary_focal_crossentropy")
)


def _default(name: str, parameter: str) -> object:
    signature = catalog.signature(name)
    found = signature.parameter(parameter) if signature is not None else None
    return UNKNOWN if found is None or found.required else found.default


def _steps(event: Fit) -> str:
    """How many updates one epoch makes, where the number of rows is known."""
    call, x = event.call, event.x
    if (
        call is None
        or not isinstance(x, Array)
        or isinstance(x, Frame)
        or not isinstance(x.shape, tuple)
        or not x.shape
    ):
        return ""
    rows, batch, epochs = x.shape[0], call["batch_size"], call["epochs"]
    held, steps = call["validation_split"], call["steps_per_epoch"]
    batch = BATCH if batch is None else batch
    if (
        not is_integer(rows)
        or not is_integer(batch)
        or batch < 1
        or steps is not None
        or not isinstance(held, (int, float))
    ):
        return ""
    trained = int(rows * (1 - held))
    each = -(-trained // batch)
    total = f", {each * epochs:,} in {epochs:,} epochs" if is_integer(epochs) and epochs > 1 else ""
    return f"{trained:,} rows in batches of {batch:,}: {each:,} update{'s' if each != 1 else ''} an epoch{total}"


def _see(name: str) -> str:
    address = reference.page_of(name)
    return link(f"`{name.rpartition('.')[2]}` on keras.io", address) if address else ""


# Arguments


def _arguments(found: Outline, calls: Sequence[Call], deeds: Sequence[Deed] = ()) -> str:
    """All arguments with the values in effect: those given first, then the defaults."""
    given: dict[str, list[str]] = {}
    quiet: dict[str, list[str]] = {}
    unknown: set[str] = set()
    for call in calls[:MOST_CALLS]:
        for argument in call.arguments.values():
            value = _value(found.document, call, argument, deeds)
            (given if argument.given else quiet).setdefault(argument.name, []).append(value)
            if argument.given and isinstance(argument.value, Unknown):
                unknown.add(argument.name)
    spread = any(call.spread for call in calls)
    rows = [(_named(name), _several(values), "as written" if name in unknown else "") for name, values in given.items()]
    for extra in {extra.name: extra for call in calls for extra in call.extra}.values():
        named = code(extra.name) or "(by position)"
        rows.append((named, _value(found.document, calls[0], extra, ()), f"not taken by {code(calls[0].short)}"))
    left = "default, unless unpacked into the call" if spread else "default"
    rows += [(code(name), _several(values), left) for name, values in quiet.items() if name not in given]
    return table(("Argument", "Value", ""), rows) if rows else ""


def _named(name: str) -> str:
    """A parameter's name; arguments of the user's own classes may be known by position only."""
    return f"argument {int(name) + 1}" if name.isdecimal() else code(name)


def _several(values: Sequence[str]) -> str:
    several = list(dict.fromkeys(filter(None, values)))
    shown = several[:VALUES] + (["…"] if len(several) > VALUES else [])
    return ", ".join(shown)


def _value(document: Document, call: Call, argument: Argument, deeds: Sequence[Deed]) -> str:
    """A value as code; what the source says where the value is not known."""
    value = argument.value
    if not argument.given:
        if argument.name == "batch_size" and value is None and call.name == "keras.Model.fit":
            return _batch(deeds)
        return "?" if isinstance(value, Unknown) else code(text(value))
    source = " ".join(document[argument.span].split()) if 0 <= argument.span.start < argument.span.end else ""
    if isinstance(value, (Array, Dataset, Generator)):
        return f"{code(source)}: {plain(str(value))}" if source else plain(str(value))
    if not _plain(value):
        return code(source) or "?"
    shown = text(value)
    return code(source) if "?" in shown and source else code(shown)


def _plain(value: object, depth: int = 0) -> bool:
    """True for a value that reads well; objects of the program read better as the source has them."""
    if isinstance(value, (list, tuple)):
        return depth < DEEPEST and all(_plain(item, depth + 1) for item in value)
    return isinstance(value, _SHOWN)


_SHOWN = (bool, int, float, complex, str, bytes, type(None), dict)


def _batch(deeds: Sequence[Deed]) -> str:
    """The batch size that `fit` takes when it is not told: that of the data, or 32."""
    data = [deed.event.x for deed in deeds if isinstance(deed.event, Fit)]
    if data and all(isinstance(x, (Dataset, Generator)) for x in data):
        return "that of the data"
    return code(str(BATCH)) if not data or all(isinstance(x, Array) for x in data) else f"{code(str(BATCH))} for arrays"
