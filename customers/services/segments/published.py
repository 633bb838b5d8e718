"""The answer readers have now: its model, its segments by place, and who is in each."""

from dataclasses import dataclass

import numpy as np

from customers.queries import segments as queries
from customers.scoring import Yardsticks
from customers.segmentation.learning import Learned
from runs.models import Run

KMEANS, RFM = "kmeans", "rfm"


@dataclass(frozen=True)
class Published:
    """What a refresh goes on from; without a published run, nothing.

    `segments` are the run's, by place; the arrays are of everyone with an open membership, by
    rising customer id.
    """

    run: Run | None
    method: str
    learned: Learned | None
    yardsticks: Yardsticks | None
    evidence: dict
    segments: list[dict]
    customer_ids: np.ndarray
    places: np.ndarray
    borderline: np.ndarray

    def places_of(self, customer_ids: np.ndarray) -> np.ndarray:
        """Return the place of each customer's segment, −1 for none."""
        return look_up(customer_ids, self.customer_ids, self.places, missing=-1)


def load_published() -> Published:
    """Read the published run's model and memberships."""
    run, model = queries.published_model()
    stored = model.parameters if model else {}
    members = queries.open_memberships()
    segments = stored.get("segments", [])
    place_of = {segment["id"]: place for place, segment in enumerate(segments)}
    known, inverse = np.unique(members["segment_id"], return_inverse=True)
    places = np.array([place_of.get(segment, -1) for segment in known.tolist()], dtype=int)
    return Published(
        run=run,
        method=model.method if model else "",
        learned=Learned.from_json(stored["learned"]) if stored.get("learned") else None,
        yardsticks=Yardsticks.from_json(stored["yardsticks"]) if stored else None,
        evidence=stored.get("evidence", {}),
        segments=segments,
        customer_ids=members["customer_id"],
        places=places[inverse] if len(known) else inverse,
        borderline=members["borderline"].astype(bool),
    )


def look_up(wanted: np.ndarray, keys: np.ndarray, values: np.ndarray, missing: int) -> np.ndarray:
    """Find the value of each wanted key among rising keys."""
    if not len(keys):
        return np.full(len(wanted), missing)
    row = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[row] == wanted, values[row], missing)
