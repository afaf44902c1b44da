"""The same tables in the form that other evaluators take; each gives back what it counted.

Header fields come as ``{document: {field: text}}`` for both sides, line items as ``{document: [{column: text}]}``. A
field or cell that states nothing is not in them.
"""

from collections import defaultdict


def records(frame):
    """Nest the header fields of a table."""
    nested = defaultdict(dict)
    for document, field, value in frame[["document", "field", "value"]].itertuples(index=False, name=None):
        nested[document].update({field: value} if isinstance(value, str) and value.strip() else {})
    return dict(nested)


def rows(frame):
    """Nest the line items of a table."""
    nested = defaultdict(lambda: defaultdict(dict))
    for document, row, field, value in frame[["document", "row", "field", "value"]].itertuples(index=False, name=None):
        nested[document][row][field] = value
    return {document: [cells for _, cells in sorted(table.items())] for document, table in nested.items()}


def codes(*sides):
    """Number all texts of both sides."""
    texts = {text for side in sides for fields in side.values() for text in fields.values()}
    return {text: number for number, text in enumerate(sorted(texts), 1)}


def docile_fields(texts, numbers, places, line_item=None, scores=None):
    """Make DocILE's fields: where a text is says what it is, so that equal texts are equal boxes."""
    from docile.dataset import BBox, Field

    fields = []
    for name, text in texts.items():
        x, y = numbers[text] / (len(numbers) + 2), places[name] / (len(places) + 1)
        box = BBox(x - 0.2 / (len(numbers) + 2), y - 0.001, x + 0.2 / (len(numbers) + 2), y + 0.001)
        score = None if scores is None else scores[name]
        fields.append(Field(bbox=box, page=0, text=text, fieldtype=name, line_item_id=line_item, score=score))
    return fields


def docile_places(names, numbers):
    from docile.evaluation.pcc import PCC, PCCSet

    places = {name: place + 0.5 for place, name in enumerate(sorted(names))}
    points = [
        PCC(number / (len(numbers) + 2), place / (len(places) + 1), 0)
        for number in numbers.values()
        for place in places.values()
    ]
    return places, PCCSet(points)


def docile_header(truth, found, scores=None):
    """Match every document, and give DocILE's metrics by field and over all fields (under "micro")."""
    from docile.evaluation.evaluate import compute_metrics
    from docile.evaluation.pcc_field_matching import get_matches

    numbers = codes(truth, found)
    names = sorted({name for side in (truth, found) for fields in side.values() for name in fields})
    places, points = docile_places(names, numbers)
    matching = {
        document: get_matches(
            docile_fields(
                found.get(document, {}), numbers, places, scores=None if scores is None else scores[document]
            ),
            docile_fields(fields, numbers, places),
            points,
        )
        for document, fields in truth.items()
    }
    answer = {
        name: compute_metrics({document: match.filter(fieldtype=name) for document, match in matching.items()})
        for name in names
    }
    return {**answer, "micro": compute_metrics(matching)}


def docile_line_items(truth, found):
    """Align the rows of every document as DocILE does, and give its metrics over all cells."""
    from docile.evaluation.evaluate import compute_metrics
    from docile.evaluation.line_item_matching import get_lir_matches

    tables = [
        {(document, row): cells for document, table in side.items() for row, cells in enumerate(table)}
        for side in (truth, found)
    ]
    numbers = codes(*tables)
    places, points = docile_places({name for side in tables for cells in side.values() for name in cells}, numbers)

    def fields(side, document):
        table = enumerate(side.get(document, []))
        return [field for row, cells in table for field in docile_fields(cells, numbers, places, line_item=row)]

    return compute_metrics(
        {document: get_lir_matches(fields(found, document), fields(truth, document), points)[0] for document in truth}
    )


def nervaluate(truth, found):
    """Every slot owns a stretch of text; its value says where the entity in it ends. Gives the strict counts."""
    from nervaluate import Evaluator

    numbers = codes(truth, found)
    names = sorted({name for side in (truth, found) for fields in side.values() for name in fields})
    width = len(numbers) + 1

    def entities(side, document):
        return [
            {"label": name, "start": names.index(name) * width, "end": names.index(name) * width + numbers[text]}
            for name, text in sorted(side.get(document, {}).items())
        ]

    sides = [[entities(side, document) for document in truth] for side in (truth, found)]
    answer = Evaluator(*sides, tags=names, loader="dict").evaluate()
    return answer["overall"]["strict"], {name: by["strict"] for name, by in answer["entities"].items()}


def seqeval(truth, found):
    """Two tokens per slot; a wrong value is an entity that ends too early. Gives the report as a dict."""
    from seqeval.metrics import classification_report

    names = sorted({name for side in (truth, found) for fields in side.values() for name in fields})
    sequences = [[], []]
    for document, fields in truth.items():
        tags = [[], []]
        for name in names:
            wanted, given = fields.get(name), found.get(document, {}).get(name)
            whole, cut = [f"B-{name}", f"I-{name}"], [f"B-{name}", "O"]
            tags[0] += ["O", "O"] if wanted is None else whole
            tags[1] += ["O", "O"] if given is None else cut if wanted not in (None, given) else whole
        sequences[0].append(tags[0])
        sequences[1].append(tags[1])
    return classification_report(*sequences, output_dict=True, zero_division=0)


def sklearn_events(truth, found):
    """Every truth and every prediction is an event of its field; a pair that agrees is one event."""
    import numpy as np

    events = []
    for document, fields in truth.items():
        given = found.get(document, {})
        for name in {*fields, *given}:
            wanted, predicted = fields.get(name), given.get(name)
            if wanted is not None and wanted == predicted:
                events.append((name, name))
                continue
            events += [(name, "")] * (wanted is not None) + [("", name)] * (predicted is not None)
    return np.array([event[0] for event in events]), np.array([event[1] for event in events])


def stickler(truth, found):
    """Compare with exact comparators; gives the counts by field."""
    from stickler import ComparableField, StructuredModel
    from stickler.comparators.exact import ExactComparator
    from stickler.structured_object_evaluator.bulk_structured_model_evaluator import BulkStructuredModelEvaluator

    names = sorted({name for side in (truth, found) for fields in side.values() for name in fields})

    def exact():
        return ComparableField(comparator=ExactComparator(case_sensitive=True), threshold=1.0, default=None)

    model = type(
        "Document",
        (StructuredModel,),
        {"__annotations__": dict.fromkeys(names, str | None), **{name: exact() for name in names}},
    )
    evaluator = BulkStructuredModelEvaluator(model, document_non_matches=False)
    for document, fields in truth.items():
        evaluator.update(model(**fields), model(**found.get(document, {})), document)
    return evaluator.compute().field_metrics


def anls_star(truth, found):
    """Give the mean over documents of the ANLS* of each."""
    from anls_star import anls_score

    return sum(anls_score(fields, found.get(document, {})) for document, fields in truth.items()) / len(truth)
