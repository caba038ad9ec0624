/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/since.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

enum {
	DAYS_MAX = 36500, /* of a duration: it need not be more, and does not overflow */
};

static const struct unit {
	const char *name;
	double us;
} units[] = {{"ms", 1e3}, {"us", 1}, {"s", 1e6}, {"m", 60e6}, {"h", 3600e6}, {"d", 86400e6}};

/* The unit at the beginning of @text, or NULL. */
static const struct unit *unit_of(const char *text)
{
	size_t len = 0;

	while (islower((unsigned char)text[len]))
		len++;
	for (size_t i = 0; i < WARD_ARRAY_SIZE(units); i++)
		if (strlen(units[i].name) == len && strncmp(units[i].name, text, len) == 0)
			return &units[i];
	return NULL;
}

bool ward_duration_parse(const char *text, int64_t *ret_us)
{
	double us = 0;

	do {
		const struct unit *unit;
		char *end;
		double number;

		if (strspn(text, "0123456789.") == strspn(text, "."))
			return false;
		number = strtod(text, &end);
		unit = end == text + strspn(text, "0123456789.") ? unit_of(end) : NULL;
		if (!unit)
			return false;
		us += number * unit->us;
		text = end + strlen(unit->name);
	} while (*text);
	if (us < 1 || us > DAYS_MAX * 86400e6)
		return false;
	*ret_us = (int64_t)us;
	return true;
}

/* "Z", "+01:00": how far before UTC; and nothing behind it. */
static bool zone_parse(const char *text, int64_t *ret_seconds)
{
	unsigned hours, minutes;
	int used = 0;

	*ret_seconds = 0;
	if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
		return true;
	if ((*text != '+' && *text != '-') ||
	    sscanf(text + 1, "%2u:%2u%n", &hours, &minutes, &used) != 2 || used != 5 || text[6] ||
	    hours > 23 || minutes > 59)
		return false;
	*ret_seconds = (int64_t)(hours * 60 + minutes) * (*text == '+' ? 60 : -60);
	return true;
}

/* ".25"; returns what is behind it. */
static const char *fraction_parse(const char *text, int64_t *ret_us)
{
	int64_t weight = 100000;

	*ret_us = 0;
	if (*text != '.' || !isdigit((unsigned char)text[1]))
		return text;
	for (text++; isdigit((unsigned char)*text); text++, weight /= 10)
		*ret_us += (*text - '0') * weight;
	return text;
}

bool ward_instant_parse(const char *text, int64_t *ret_us)
{
	struct tm tm = {}, given;
	int64_t zone, fraction;
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	time_t seconds;

	if (!rest || strcspn(text, "T") != strlen("2026-11-23"))
		return false;
	given = tm;
	seconds = timegm(&tm);
	if (tm.tm_mday != given.tm_mday || tm.tm_hour != given.tm_hour) /* the 31st of June */
		return false;
	rest = fraction_parse(rest, &fraction);
	if (!zone_parse(rest, &zone))
		return false;
	*ret_us = ((int64_t)seconds - zone) * 1000000 + fraction;
	return true;
}
