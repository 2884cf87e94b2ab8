"""Slides of a report: what stands on them (`slides`, pure values), and the PowerPoint file that is drawn from it (`pptx_file`)."""
