"""The comparison as one picture."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from bench.behaviour.detection import Detection
from bench.behaviour.measures import interval


def draw(folder: Path, tuned: Detection, fresh: Detection) -> None:
    """Draw what each detector finds at 0.1 % false alarms, with its interval."""
    mpl.rcParams["svg.hashsalt"] = "kya"
    figure: Any
    figure, panels = plt.subplots(1, 2, figsize=(11, 4), sharey=True)
    names = sorted(tuned.found, key=lambda name: float(np.mean(tuned.found[name])))
    for panel, title, found in zip(
        panels, ("tuned styles", "fresh styles"), (tuned, fresh), strict=True
    ):
        for place, name in enumerate(names):
            low, high = interval(found.found[name])
            mean = float(np.mean(found.found[name]))
            panel.barh(place, mean, color="#3b6ea5" if name == "KYA" else "#bbb")
            panel.plot([low, high], [place, place], color="#222")
        panel.set_yticks(range(len(names)), names)
        panel.set_title(f"found at 0.1 % false alarms, {title}")
        panel.set_xlim(0, 1)
    figure.tight_layout()
    figure.savefig(folder / "behaviour.svg", metadata={"Date": None})
