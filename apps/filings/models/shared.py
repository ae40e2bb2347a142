"""What all workers share about KSeF, whoever the tenant: spent requests, pauses, weather, processing times."""

from django.db import models


class RequestLedger(models.Model):
    """One counted request to KSeF. KSeF counts per NIP and address, whoever our tenants are, so this has no tenant:
    `account` is a hash that names neither."""

    id = models.BigAutoField(primary_key=True)
    account = models.CharField(max_length=64)
    group = models.CharField(max_length=30)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            # How many requests of a group fell into the last second, minute and hour.
            models.Index(fields=["account", "group", "at"], name="ledger_windows"),
            # What no window can see any more is dropped twice a minute.
            models.Index(fields=["at"], name="ledger_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.group} at {self.at}"


class LedgerPause(models.Model):
    """Until when KSeF wants no request of a group from an account (its Retry-After)."""

    id = models.BigAutoField(primary_key=True)
    account = models.CharField(max_length=64)
    group = models.CharField(max_length=30)
    until = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)  # what we know of its limits is older than this, and doubtful

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "group"], name="one_pause_per_counter")]

    def __str__(self) -> str:
        return f"{self.group} until {self.until}"


class Weather(models.Model):
    """How one KSeF installation answers, as all our workers on one address see it together."""

    class State(models.TextChoices):
        FINE = "fine"
        TROUBLED = "troubled"  # single failures
        DOWN = "down"  # nobody gets through: only a probe goes out now and then
        BLOCKED = "blocked"  # the firewall in front of KSeF refuses our address

    place = models.CharField(max_length=200, primary_key=True)  # base address of the API, then our own address
    state = models.CharField(max_length=10, choices=State.choices, default=State.FINE)
    since = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)  # in a row
    last_failure = models.CharField(max_length=300, blank=True)
    last_success_at = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True)  # when the next request may try
    announced = models.JSONField(default=dict)  # what the status service says, and since when

    def __str__(self) -> str:
        return f"{self.place}: {self.state}"


class ProcessingTime(models.Model):
    """How long KSeF took lately for sessions of a kind and size: the first poll waits for their median."""

    id = models.BigAutoField(primary_key=True)
    place = models.CharField(max_length=200)
    bucket = models.CharField(max_length=20)
    seconds = models.JSONField(default=list)  # the last 25

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "bucket"], name="one_median_per_size")]

    def __str__(self) -> str:
        return f"{self.bucket} at {self.place}"
