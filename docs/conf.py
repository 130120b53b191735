"""The documentation site: `sphinx-build -W --keep-going docs build/site`, without any network."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from followup_analytics import __version__  # noqa: E402

project = "followup_analytics"
author = "The followup_analytics developers"
copyright = author  # noqa: A001 - Sphinx's own name for it
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["man"]

# Headings get addresses as the files' own links have them on a repository's pages.
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_inline", "colon_fence"]
# Pages link to the code and the tests beside them, which are files of the repository and no pages.
suppress_warnings = ["myst.xref_missing"]

napoleon_google_docstring = True
napoleon_use_rtype = False
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
# Types that exist only for the type checker are shown as they are written.
autodoc_preserve_defaults = True

# Options keep their two dashes.
smartquotes = False

# The manual page has no day in it: the same program, the same page.
today = f"version {release}"

html_theme = "furo"
html_title = f"followup_analytics {release}"
html_static_path: list[str] = []
html_show_sphinx = False
html_copy_source = False
html_last_updated_fmt = None

man_pages = [("commands", "followup", "what happens after a job interview when people follow up", author, 1)]
