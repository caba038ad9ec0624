/* SPDX-License-Identifier: Apache-2.0 */
#include "base/day.h"
#include "group/decode.h"

enum {
	AHEAD = 14 /* days */
};

static void soon_report(const struct ward_field *field, const char *text, int32_t days)
{
	ward_field_note(field, "expires-soon", "give it a later day if it is still needed",
			"from %.10s on, in %d day%s, this line opens nothing", text, days,
			days == 1 ? "" : "s");
}

/* A deny that has run out goes on denying: what it would open nobody asked for today. */
static void passed_report(const struct ward_field *field, const char *text, bool denies)
{
	if (denies)
		ward_field_warn(field, "expired", "remove the line, or give it a later day",
				"it was to end on %.10s, and goes on denying until it is removed",
				text);
	else
		ward_field_warn(field, "expired", "remove the line, or give it a later day",
				"since %.10s this line opens nothing", text);
}

int32_t ward_group_expires_decode(const struct ward_field *field, bool denies)
{
	const char *text = ward_field_str(field);
	int32_t today = field->in->decode->snapshot->today, day = 0;

	if (!text)
		return 0;
	if (ward_day_parse(text, &day) < 0)
		ward_field_expected(field, "bad-value", NULL, "a day such as 2027-01-31");
	else if (day <= today)
		passed_report(field, text, denies);
	else if (day - today <= AHEAD && !denies)
		soon_report(field, text, day - today);
	return day;
}
