/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/names.h"

#include <string.h>
#include <strings.h>

/* ASCII whatever the locale says. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_alnum(char c)
{
	return is_digit(c) || is_lower(lower(c));
}

static bool is_label_n(const char *text, size_t len)
{
	if (!len || text[0] == '-' || text[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_lower(text[i]) && !is_digit(text[i]) && text[i] != '-')
			return false;
	return true;
}

static bool is_subdomain_n(const char *text, size_t len)
{
	const char *end = text + len;

	if (len > 253)
		return false;
	for (;;) {
		const char *dot = memchr(text, '.', (size_t)(end - text));

		if (!is_label_n(text, (size_t)((dot ? dot : end) - text)))
			return false;
		if (!dot)
			return true;
		text = dot + 1;
	}
}

bool ward_is_dns_subdomain(const char *text)
{
	return is_subdomain_n(text, strlen(text));
}

bool ward_is_dns_label(const char *text)
{
	size_t len = strlen(text);

	return len <= 63 && is_label_n(text, len);
}

bool ward_is_port_name(const char *text)
{
	size_t len = strlen(text);
	bool letter = false;

	for (size_t i = 0; i < len; i++)
		letter |= is_lower(text[i]);
	return len <= 15 && letter && is_label_n(text, len) && !strstr(text, "--");
}

bool ward_is_label_value(const char *text)
{
	size_t len = strlen(text);

	if (!len)
		return true;
	if (len > 63 || !is_alnum(text[0]) || !is_alnum(text[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_alnum(text[i]) && !strchr("-_.", text[i]))
			return false;
	return true;
}

bool ward_is_label_key(const char *text)
{
	const char *slash = strchr(text, '/');

	if (slash && !is_subdomain_n(text, (size_t)(slash - text)))
		return false;
	if (slash)
		text = slash + 1;
	return *text && ward_is_label_value(text);
}

enum {
	WORD_MAX = 40
};

static unsigned min_of(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Row i of the table holds the edits from the first i letters of @a to each prefix of @b; three
 * rows are enough. */
static unsigned edit_distance(const char *a, size_t n, const char *b, size_t m)
{
	unsigned rows[3][WORD_MAX + 1];

	for (size_t j = 0; j <= m; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *row = rows[i % 3], *up = rows[(i - 1) % 3], *up2 = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);

			row[j] = min_of(min_of(up[j], row[j - 1]) + 1, up[j - 1] + !same);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = min_of(row[j], up2[j - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

void ward_nearest_offer(struct ward_nearest *nearest, const char *candidate)
{
	size_t n = strlen(nearest->word), m = strlen(candidate);
	unsigned limit = n <= 3 ? 1 : n <= 7 ? 2 : 3, distance;

	if (n > WORD_MAX || m > WORD_MAX)
		return;
	distance = edit_distance(nearest->word, n, candidate, m);
	if (n >= 3 && n < m && strncasecmp(nearest->word, candidate, n) == 0)
		distance = 1; /* shortened */
	if (distance > limit || distance >= m || (nearest->best && distance >= nearest->distance))
		return;
	nearest->best = candidate;
	nearest->distance = distance;
}

const char *const ward_controller_labels[WARD_N_CONTROLLER_LABEL] = {
	"pod-template-hash",
	"controller-revision-hash",
	"pod-template-generation",
	"statefulset.kubernetes.io/pod-name",
	"apps.kubernetes.io/pod-index",
	"controller-uid",
	"job-name",
	"batch.kubernetes.io/controller-uid",
	"batch.kubernetes.io/job-name",
	"batch.kubernetes.io/job-completion-index",
};
