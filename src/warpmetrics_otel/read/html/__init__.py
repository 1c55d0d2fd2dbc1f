"""Chains and statistics as one HTML page each, which needs nothing from anywhere else.

Needs jinja2, which is imported only when a page is asked for.
"""

from warpmetrics_otel.read.html.page import acts_page, chains_page, runs_page

__all__ = ["acts_page", "chains_page", "runs_page"]
