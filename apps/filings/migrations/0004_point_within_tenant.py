"""Every row of the engine points within its own tenant only."""

from django.db import migrations

from apps.tenants.rls import may_be_pointed_at, points_within_tenant


class Migration(migrations.Migration):
    dependencies = [
        ("filings", "0003_receipts_and_kept_bytes"),
        ("documents", "0004_point_within_tenant"),
        ("connections", "0005_point_within_tenant"),
    ]

    operations = [
        may_be_pointed_at("filings_lane"),
        may_be_pointed_at("filings_filing"),
        may_be_pointed_at("filings_upo"),
        may_be_pointed_at("filings_ksefsession"),
        may_be_pointed_at("filings_filingxml"),
        points_within_tenant("filings_difference", "lane_id", to="filings_lane"),
        points_within_tenant("filings_filing", "waits_for_id", to="filings_filing"),
        points_within_tenant("filings_filing", "upo_id", to="filings_upo"),
        points_within_tenant("filings_filing", "session_id", to="filings_ksefsession"),
        points_within_tenant("filings_filing", "document_id", to="documents_sourcedocument"),
        points_within_tenant("filings_filing", "lane_id", to="filings_lane"),
        points_within_tenant("filings_filing", "xml_id", to="filings_filingxml"),
        points_within_tenant("filings_filingattempt", "filing_id", to="filings_filing"),
        points_within_tenant("filings_filingattempt", "session_id", to="filings_ksefsession"),
        points_within_tenant("filings_filingattempt", "xml_id", to="filings_filingxml"),
        points_within_tenant("filings_filingxml", "filing_id", to="filings_filing"),
        points_within_tenant("filings_ksefsession", "lane_id", to="filings_lane"),
        points_within_tenant("filings_lane", "connection_id", to="connections_ksefconnection"),
    ]
