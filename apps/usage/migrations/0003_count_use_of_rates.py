from django.db import migrations

# The records that are there, as loads count theirs from now on.
COUNT = """
    INSERT INTO usage_rateuse (file_id, rate_id, records, billable, quantity, cost)
    SELECT record.file_id, record.rate_id, COUNT(*), SUM(CASE WHEN record.billed_quantity > 0 THEN 1 ELSE 0 END),
           SUM(record.billed_quantity), SUM(record.cost)
      FROM usage_ratedrecord AS record
      JOIN usage_cdrfile AS file ON file.id = record.file_id
      JOIN tariffs_rate AS rate ON rate.id = record.rate_id
     GROUP BY record.file_id, record.rate_id
"""


class Migration(migrations.Migration):
    dependencies = [("usage", "0002_use_of_rates")]

    operations = [migrations.RunSQL(COUNT, "DELETE FROM usage_rateuse")]
