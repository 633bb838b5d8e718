"""Segments, who is in them since when, and why they moved."""

from django.db import models
from django.db.models import Q

from customers.models.orders import Customer
from runs.models import Run

# Runs are never deleted, and one publication writes rows by the million for a single run: checking
# each row's run, and an index on it, would cost more than the rows.
OF_A_RUN = {"db_index": False, "db_constraint": False}


class Segment(models.Model):
    """A segment for life: its key, name, colour and mark stay from run to run."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=80, help_text="As found by the rules.")
    staff_name = models.CharField(max_length=80, blank=True, help_text="Wins over the found one.")
    description = models.TextField(blank=True)
    campaign = models.TextField(blank=True)
    note = models.TextField(blank=True)
    colour = models.CharField(max_length=7)
    mark = models.CharField(max_length=4, help_text="A single sign shown beside the name.")
    created_run = models.ForeignKey(Run, models.PROTECT, related_name="+")
    retired_run = models.ForeignKey(Run, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.staff_name or self.name


class SegmentModel(models.Model):
    """What a segments run learned: enough to assign a customer again, without the data."""

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="+")
    method = models.CharField(max_length=10, help_text="kmeans or rfm")
    k = models.PositiveSmallIntegerField()
    fitted_run = models.ForeignKey(Run, models.PROTECT, related_name="+")
    parameters = models.JSONField(help_text="Transform, centres with their segments, thresholds.")

    def __str__(self) -> str:
        return f"model of {self.run}"


class SegmentProfile(models.Model):
    """A segment as one run saw it: the numbers and words shown for it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="+")
    segment = models.ForeignKey(Segment, models.PROTECT, related_name="profiles")
    name = models.CharField(max_length=80)
    description = models.TextField()
    campaign = models.TextField(blank=True)
    customers = models.IntegerField()
    share = models.FloatField()
    revenue_share = models.FloatField()
    position = models.PositiveSmallIntegerField(help_text="By falling median spend.")
    features = models.JSONField(default=dict, help_text="Medians and percentiles by feature.")

    class Meta:
        ordering = ["run_id", "position"]
        constraints = [
            models.UniqueConstraint(name="profile_once_a_run", fields=["run", "segment"])
        ]

    def __str__(self) -> str:
        return f"{self.name} in {self.run}"


class Membership(models.Model):
    """A customer's stay in a segment, from one published run to another; open while it lasts."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="memberships")
    segment = models.ForeignKey(Segment, models.PROTECT, related_name="+", db_index=False)
    from_run = models.ForeignKey(Run, models.PROTECT, related_name="+", **OF_A_RUN)
    to_run = models.ForeignKey(
        Run, models.PROTECT, null=True, blank=True, related_name="+", **OF_A_RUN
    )
    since = models.DateTimeField(help_text="The data's clock of the run that began it.")
    borderline = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="membership_one_open", fields=["customer"], condition=Q(to_run=None)
            )
        ]
        indexes = [
            models.Index(
                fields=["segment", "customer"],
                name="membership_open_by_segment",
                condition=Q(to_run=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.segment_id}"


class CustomerScore(models.Model):
    """RFM code and value tier of a customer, kept as intervals like memberships."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="scores", db_index=False)
    rfm_code = models.CharField(max_length=3, help_text="Recency, frequency, money: 1 to 5 each.")
    rfm_name = models.CharField(max_length=40)
    value_tier = models.CharField(max_length=10)
    from_run = models.ForeignKey(Run, models.PROTECT, related_name="+", **OF_A_RUN)
    to_run = models.ForeignKey(
        Run, models.PROTECT, null=True, blank=True, related_name="+", **OF_A_RUN
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="score_one_open", fields=["customer"], condition=Q(to_run=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.rfm_name} {self.customer_id}"


class Move(models.Model):
    """A customer's change of segment in a published run, with its one cause."""

    class Cause(models.TextChoices):
        FIRST_ORDER = "first_order"
        BEHAVIOUR = "behaviour"
        MODEL = "model"
        LAPSED = "lapsed"
        DATA_CHANGED = "data_changed"
        OPTED_OUT = "opted_out"
        OPTED_IN = "opted_in"
        ERASED = "erased"
        ROLLED_BACK = "rolled_back"

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, models.PROTECT, related_name="+", **OF_A_RUN)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="moves", db_index=False)
    from_segment = models.ForeignKey(Segment, models.PROTECT, null=True, related_name="+")
    to_segment = models.ForeignKey(Segment, models.PROTECT, null=True, related_name="+")
    cause = models.CharField(max_length=12, choices=Cause)
    feature = models.CharField(max_length=40, blank=True, help_text="That moved most.")
    was = models.FloatField(null=True)
    now = models.FloatField(null=True)
    at = models.DateTimeField(help_text="The data's clock of the run.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["run", "from_segment", "to_segment"], name="move_by_run"),
            models.Index(fields=["customer", "id"], name="move_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.from_segment_id} to {self.to_segment_id}"


class ProposedMove(models.Model):
    """What a run would change of a customer's membership, kept apart until it is published.

    A row without a cause stays where it is, and only becomes or ceases to be borderline.
    """

    pk = models.CompositePrimaryKey("run_id", "customer_id")
    run = models.ForeignKey(
        Run, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    from_segment = models.ForeignKey(
        Segment, models.CASCADE, null=True, related_name="+", db_index=False, db_constraint=False
    )
    to_place = models.PositiveSmallIntegerField(
        null=True, help_text="Of the segment in the run's list, since it may not exist yet."
    )
    borderline = models.BooleanField()
    cause = models.CharField(max_length=12, blank=True, choices=Move.Cause)
    feature = models.CharField(max_length=40, blank=True)
    was = models.FloatField(null=True)
    now = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.from_segment_id} to place {self.to_place}"


class ProposedScore(models.Model):
    """A customer's new RFM code and tier, kept apart until its run is published."""

    pk = models.CompositePrimaryKey("run_id", "customer_id")
    run = models.ForeignKey(
        Run, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    rfm_code = models.CharField(max_length=3)
    rfm_name = models.CharField(max_length=40)
    value_tier = models.CharField(max_length=10)

    def __str__(self) -> str:
        return f"{self.rfm_name} {self.customer_id}"
