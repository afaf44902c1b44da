"""How the site is built: ``make docs`` writes it to build/docs, to be read from there without a server or a network."""

import sys
import tomllib
from importlib.metadata import version as version_of
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS / "_extensions"))
settings = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))
repository = settings["tool"]["gini-notebook"]["repository"]

project = "gini_notebook"
author = copyright = "gini_notebook developers"  # noqa: A001 - Sphinx' own word
version = release = version_of("gini-notebook")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "generated_pages",
    "public_names",
    "written_signatures",
]
exclude_patterns = ["_*", "gallery/*", "generated/gallery/*.ipynb", "generated/gallery/_*", "Thumbs.db"]
templates_path = ["_templates"]
root_doc = "index"
language = "en"
smartquotes = False  # "--option" stays what it is

# A reference that leads nowhere is an error (-n -W); what is not a name of anybody's is named here.
nitpicky = True
nitpick_ignore_regex = [
    # Of the standard library, without a page of their own.
    (r"py:.*", r"(optional|default.*|array-like|any object|_.*)"),
]

# --- The interface, from docstrings -------------------------------------------------------------------------------
autosummary_generate = False
autodoc_member_order = "groupwise"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
maximum_signature_line_length = 88
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

# --- Pages and notebooks ------------------------------------------------------------------------------------------
myst_enable_extensions = ["colon_fence", "deflist", "attrs_block"]
myst_heading_anchors = 4
suppress_warnings = ["myst.xref_missing.none"]
nb_execution_mode = "off"  # outputs are those that are stored, which the tests compare
nb_ipywidgets_js = {}  # no script of another host; a stored picture or text stands for a widget
nb_merge_streams = True

# --- How it looks -------------------------------------------------------------------------------------------------
html_theme = "pydata_sphinx_theme"
html_title = "gini_notebook"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 5,
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "external_links": [{"name": "Source", "url": repository}] if repository else [],
    "secondary_sidebar_items": ["page-toc"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

# --- The gallery: every docs/gallery/*.py is run, and its pictures are shown ---------------------------------------
if any((DOCS / "gallery").glob("[a-z]*.py")):
    extensions.append("sphinx_gallery.gen_gallery")
    sphinx_gallery_conf = {
        "examples_dirs": "gallery",
        "gallery_dirs": "generated/gallery",
        "filename_pattern": r"/[a-z]\w*\.py$",
        "ignore_pattern": r"(^|/)_\w*\.py$",
        "download_all_examples": False,
        "show_memory": False,
        "write_computation_times": False,  # its pages ask another host for a script
        "min_reported_time": 3600,
        "remove_config_comments": True,
        "abort_on_example_error": True,
    }
