"""The sample portfolio of `psbot demo`: six customers, twelve engagements, built in a simulated GitLab."""

from bot.demo.portfolio import DEMO_CONFIG, make_portfolio

__all__ = ["DEMO_CONFIG", "make_portfolio"]
