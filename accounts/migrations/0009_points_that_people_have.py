"""
The shop's programme, with points worth what they were and none earned until somebody switches it on; and the points
that people have already, as lots that never end.
"""

from django.conf import settings
from django.db import migrations

PROGRAMME = """
INSERT INTO accounts_loyaltyprogramme (
    currency, is_active, points_per_unit, point_value, minimum_points, most_percent, warning_days)
VALUES (%s, false, 1, 1, 0, 100, 30)
"""
LOTS = """
INSERT INTO accounts_pointlot (balance_id, kind, reference, points, remaining, created_at, matured_at)
SELECT id, 'given', 'before lots', amount, amount, now(), now() FROM accounts_balance
WHERE kind = 'points' AND amount > 0
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_loyalty")]
    operations = [
        migrations.RunSQL([(PROGRAMME, [settings.SHOP_CURRENCY])], "DELETE FROM accounts_loyaltyprogramme"),
        migrations.RunSQL(LOTS, migrations.RunSQL.noop),
    ]
