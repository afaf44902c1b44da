"""Rules say when two values of a field are the same.

One rule per entity of the service. A rule turns a value into its *canonical* string, and two values are the same at
level ``typed`` when their canonical strings are equal: ``12.3:EUR`` is ``12.30:EUR``, an IBAN is the same with and
without blanks, and ``000815`` is not ``815``. A value that the rule cannot read is kept as text and flagged as
unparsed.

>>> from gini_notebook import rules
>>> rules.get("amount").canonical("12.3:EUR")
'12.30:EUR'
>>> print(rules.explain("12.34:EUR", "12.34:USD", "amount").verdict)
wrong (currency: EUR→USD)

Columnar use, as the evaluation does it: canonicalise the unique strings of a field with ``Rule.canonical_many``,
compare codes, and ask ``similarities``, ``anls_many``, ``Rule.lenient_many`` and ``causes`` only about unequal pairs.
"""

from gini_notebook.analysis.rules.causes import CAUSES, Slots, caseless_many, cause, causes, elsewhere
from gini_notebook.analysis.rules.explanation import Explanation, explain
from gini_notebook.analysis.rules.identifiers import iban_valid
from gini_notebook.analysis.rules.normal_text import anls, anls_many, similarities, similarity
from gini_notebook.analysis.rules.rule import Rule, for_field, get

__all__ = [
    "CAUSES",
    "Explanation",
    "Rule",
    "Slots",
    "anls",
    "anls_many",
    "caseless_many",
    "cause",
    "causes",
    "elsewhere",
    "explain",
    "for_field",
    "get",
    "iban_valid",
    "similarities",
    "similarity",
]
