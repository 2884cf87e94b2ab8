"""Facts blocks: from the fenced YAML of a description, or a snapshot's mapping, to `Facts` and faults.

What can't be read costs itself alone: a line, an entry of a list, a key. Nothing here does I/O.
"""

from bot.domain.facts.block import ENGAGEMENT_BLOCK, ITEM_BLOCKS, Block, find_blocks, may_hold_block, read_block
from bot.domain.facts.declared import (
    CUSTOMER_KEYS,
    FACTS,
    MILESTONE_FACTS,
    MONEY_KEYS,
    FactFault,
    Facts,
    MilestoneFact,
    facts_schema,
    for_customer,
    sample_block,
    sample_money,
)
from bot.domain.facts.merge import make_facts, merge_facts
from bot.domain.facts.readers import is_finite, read_change, read_date, read_number, read_text

__all__ = [
    "CUSTOMER_KEYS", "ENGAGEMENT_BLOCK", "FACTS", "ITEM_BLOCKS", "MILESTONE_FACTS", "MONEY_KEYS",
    "Block", "FactFault", "Facts", "MilestoneFact", "facts_schema", "find_blocks", "for_customer", "is_finite",
    "make_facts", "may_hold_block", "merge_facts", "read_block", "read_change", "read_date", "read_number", "read_text",
    "sample_block", "sample_money",
]  # fmt: skip
