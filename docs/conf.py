"""How the site is built: `sphinx-build -W -c docs . build/site`, from the root of the tree.

The source folder is the root, not `docs/`: pages link to `benchmarks/results/` and `data/` by
relative paths, which then lead to the same place on the site and beside the code.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))
sys.path.insert(0, str(Path(__file__).parent.parent))  # the tree's own package, if installed or not

import autometa

project = "autometa"
author = "The autometa developers"
project_copyright = "The autometa developers, BSD-3-Clause"
version = release = autometa.__version__

root_doc = "docs/index"
include_patterns = [
    "docs/**",
    "benchmarks/README.md",
    "benchmarks/results/*.md",
    "data/README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
]
exclude_patterns = ["docs/_*", "docs/reference/generated/**.txt"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "executed_pages",
    "generated_pages",
    "mathml",
    "unlisted_pages",
]
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 3  # pages link to headings of other pages, as on hosts of code
suppress_warnings = [
    "myst.header",  # pages beside benchmarks begin sections where their script put them
    "ref.python",  # contracts have fixtures called like attributes of what they test
]

autosummary_generate = True
autodoc_typehints = "none"  # types stand in the signature; numpydoc gives those of the text
numpydoc_show_class_members = False  # templates list them once
# Routing of metadata is scikit-learn's, added to each estimator, and links to its glossary.
ROUTING = "get_metadata_routing,set_fit_request,set_predict_request,set_predict_proba_request"
autodoc_default_options = {"exclude-members": f"{ROUTING},set_score_request"}
autodoc_inherit_docstrings = False

locale_dirs = ["docs/locales"]
gettext_compact = False  # one file of messages a page: a translation is of pages, not of the whole
gettext_uuid = False
# Sphinx's search for Chinese names a stemmer that is not in its script; code and names are found
# with that for English.
html_search_language = "en"

templates_path = ["docs/_templates"]  # autosummary looks for them from the root of the sources
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme = "pydata_sphinx_theme"
html_title = "autometa"
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": False,
    "navigation_depth": 2,
    "header_links_before_dropdown": 7,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "navigation_with_keys": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
