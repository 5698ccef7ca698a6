"""How the documentation is built; the reference is written from the code by `_extensions`."""

import os
import sys
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")
sys.path[:0] = [str(Path(__file__).parent / "_extensions"), str(Path(__file__).parents[1])]

import planlab  # noqa: E402

project = "planlab"
author = "The planlab authors"
project_copyright = "2026, the planlab authors"
version = release = planlab.__version__

extensions = [
    "planlab_reference",
    "planlab_docstrings",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "sphinx-mathjax-offline",
    "numpydoc",
    "matplotlib.sphinxext.plot_directive",
    "sphinx_copybutton",
    "sphinxcontrib.bibtex",
]
exclude_patterns = ["_build", "_templates", "skeletons"]
templates_path = ["_templates"]
default_role = "py:obj"

autosummary_generate = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"
numpydoc_show_class_members = False

bibtex_bibfiles = ["../planlab/references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

plot_formats = ["svg"]
plot_html_show_formats = plot_html_show_source_link = False
plot_include_source = False

html_theme = "sphinx_book_theme"
html_title = "planlab"
html_static_path = ["_static"]
html_css_files = ["planlab.css"]
html_theme_options = {
    "show_navbar_depth": 1,
    "home_page_in_toc": False,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "navbar_start": [],
    "navbar_end": [],
    "navbar_persistent": [],
}
