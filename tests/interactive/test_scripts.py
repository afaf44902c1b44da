"""Modules of the view are joined into one, and what would change its meaning is refused."""

import re
from pathlib import Path

import pytest

from gini_notebook.errors import SettingError
from gini_notebook.interactive.explorer.explorer import SCRIPT, VIEW, Explorer
from gini_notebook.interactive.scripts import TOKENS, joined


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / "main.js"


def test_each_module_is_there_once_after_what_it_imports(tmp_path: Path) -> None:
    main = written(
        tmp_path,
        main='import { a } from "./one.js";\nimport { b } from "./two.js";\n// Why.\nexport default () => a + b;\n',
        one='import { b } from "./two.js";\nexport const a = b;\n',
        two="export const b = 1;\n",
    )
    assert joined(main) == "const b=1;const a=b;export default()=>a+b;"


@pytest.mark.parametrize(
    ("line", "short"),
    [
        ('say("a , b", `c ( ${d + 1} )` );', 'say("a , b",`c ( ${d + 1} )`);'),
        ("const told = `${a ? `${b} of ` : c} , d`;", "const told=`${a ? `${b} of ` : c} , d`;"),
        ("const plain = /[a ; b]/.test( text );", "const plain=/[a ; b]/.test( text );"),
        ("x = (a + b) / c - -d + +e % 2 * 3;", "x=(a+b)/ c - -d + +e%2*3;"),
        ("if (a) return b in c;", "if(a)return b in c;"),
        ("for (const one of [1, 2]) {", "for(const one of[1,2]){"),
        ("const f = async (a) => {", "const f=async(a)=>{"),
        ("const f = (a) => b((c) => c, `(d) => e`);", "const f=a=>b(c=>c,`(d) => e`);"),
        ("const f = (a) => {\n  return a;\n};", "const f=a=>{return a};"),
        ("if (a) {\n  b();\n}", "if(a){b()}"),
        ("if (a) {\n  while (b(c));\n}", "if(a){while(b(c));}"),
        ("const f = {\n  a: [\n    1,\n  ],\n};", "const f={a:[1]};"),
    ],
)
def test_blanks_that_say_something_stay(tmp_path: Path, line: str, short: str) -> None:
    assert joined(written(tmp_path, main=f"{line}\n")).strip() == short


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"main": 'import { a as b } from "./one.js";\n', "one": ""}, "main.js cannot be joined .* a as b"),
        ({"main": 'import all from "./one.js";\n', "one": ""}, "main.js cannot be joined"),
        ({"main": 'const a = import("./one.js");\n', "one": ""}, "main.js cannot be joined"),
        ({"main": "export { a };\n"}, "main.js cannot be joined .* export { a }"),
        ({"main": 'import { a } from "./one.js";\n', "one": "export default 1;\n"}, "one.js cannot be joined"),
        (
            {"main": 'import { a } from "./one.js";\n', "one": 'import { b } from "./main.js";\n'},
            "main.js imports itself: main.js → one.js → main.js",
        ),
        (
            {"main": 'import { a } from "./one.js";\nconst b = 1;\n', "one": "export const a = 1;\nfunction b() {}\n"},
            "one.js and main.js both have the name b at the top",
        ),
        ({"main": "const a = `one\n  two`;\n"}, "main.js has a text over several lines"),
    ],
)
def test_what_would_mean_something_else_is_refused(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        joined(written(tmp_path, **files))


def test_the_view_of_the_explorer_is_small_and_next_to_nothing_of_it_is_saved_with_each_notebook() -> None:
    assert joined(VIEW / "main.js") == SCRIPT
    assert len(SCRIPT.encode()) <= 60_000
    assert len(str(Explorer._esm).encode()) <= 2_000


def test_no_two_widgets_style_the_same_class() -> None:
    # The looks of every widget that was shown hold for the whole page.
    shared = set(re.findall(r"\.(gini-[\w-]+)", TOKENS.read_text(encoding="utf-8")))
    owner: dict[str, str] = {}
    for file in sorted(TOKENS.parent.rglob("*.css")):
        for name in set(re.findall(r"\.(gini-[\w-]+)", file.read_text(encoding="utf-8"))) - shared:
            assert owner.setdefault(name, file.name) == file.name, name
