/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that nobody has: of any of them, and most of all where prefixes and pod ranges begin
 * and end and where the space of addresses does, the trees say what a list says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "image/lookup.h"
#include "image/prefixes.h"

enum {
	LINES = 256,
	ROUNDS = 3000,
	PREFIXES = 12,
	RANGES = 6,
};

struct trial {
	struct ward_heap heap;
	struct ward_image image;
	char *bytes;
	struct ward_tree tree;
	struct ward_prefix prefixes[PREFIXES];
	struct ward_cidr ranges[RANGES];
	struct ward_tables tables;
	struct ward_image_config config;
	unsigned rng;
};

static uint64_t random_half(struct trial *trial)
{
	static const uint64_t edges[] = {0, 1, UINT64_C(1) << 63, UINT64_MAX - 1, UINT64_MAX};
	uint32_t i = rand_r(&trial->rng) % (WARD_ARRAY_SIZE(edges) + 1);

	return i < WARD_ARRAY_SIZE(edges) ? edges[i] : (uint64_t)rand_r(&trial->rng) << 32;
}

static struct ward_ip random_ip(struct trial *trial, enum ward_family family)
{
	uint64_t hi = random_half(trial), lo = random_half(trial);

	return family == WARD_FAMILY_4 ? (struct ward_ip){0, (uint32_t)(hi >> 32 ^ lo), family}
				       : (struct ward_ip){hi, lo, family};
}

static struct ward_cidr random_range(struct trial *trial)
{
	enum ward_family family = rand_r(&trial->rng) % 2 ? WARD_FAMILY_4 : WARD_FAMILY_6;
	struct ward_ip ip = random_ip(trial, family);
	uint8_t bits = rand_r(&trial->rng) % (family == WARD_FAMILY_4 ? 33 : 129);

	if (family == WARD_FAMILY_4)
		ip.lo = bits ? ip.lo >> (32 - bits) << (32 - bits) : 0;
	else if (bits <= 64)
		ip = (struct ward_ip){bits ? ip.hi >> (64 - bits) << (64 - bits) : 0, 0, family};
	else
		ip.lo = ip.lo >> (128 - bits) << (128 - bits);
	return (struct ward_cidr){ip, bits};
}

static int prefix_cmp(const void *a, const void *b)
{
	const struct ward_prefix *left = a, *right = b;

	return ward_ip_cmp(left->first, right->first);
}

/* As the tables promise: sorted, each once, and the first of a family is its lowest address. */
static void prefixes_fill(struct trial *trial)
{
	struct ward_prefix *prefixes = trial->prefixes;
	uint32_t n = 0, last = 0;

	for (enum ward_family family = WARD_FAMILY_4; family <= WARD_FAMILY_6; family++) {
		uint32_t more = rand_r(&trial->rng) % (PREFIXES / 2);

		if (more)
			prefixes[n++] = (struct ward_prefix){ward_ip_min(family), 0};
		for (; more; more--)
			prefixes[n++] = (struct ward_prefix){random_ip(trial, family), 0};
	}
	qsort(prefixes, n, sizeof(*prefixes), prefix_cmp);
	for (uint32_t i = 1; i < n; i++)
		if (!ward_ip_eq(prefixes[i].first, prefixes[last].first))
			prefixes[++last] = prefixes[i];
	trial->tables.n_prefixes = n ? last + 1 : 0;
	for (uint32_t i = 0; i < trial->tables.n_prefixes; i++)
		prefixes[i].shape = rand_r(&trial->rng) % 3;
}

static uint32_t shape_listed(const struct trial *trial, struct ward_ip ip)
{
	uint32_t shape = 0;

	for (uint32_t i = 0; i < trial->tables.n_prefixes; i++)
		if (trial->prefixes[i].first.family == ip.family &&
		    ward_ip_cmp(trial->prefixes[i].first, ip) <= 0)
			shape = trial->prefixes[i].shape;
	return shape;
}

static uint32_t value_listed(const struct trial *trial, struct ward_ip ip)
{
	for (uint32_t i = 0; i < trial->config.n_pod_ranges; i++)
		if (ward_cidr_has(trial->ranges[i], ip))
			return WARD_VALUE(WARD_AT_UNREADY, 0);
	return WARD_VALUE(WARD_AT_OTHER, shape_listed(trial, ip));
}

static void ask_one(const struct trial *trial, const uint32_t *refs, struct ward_ip ip)
{
	uint32_t value = ip.family == WARD_FAMILY_4
				 ? ward_floor(&trial->image, refs[WARD_FAMILY_4], ip.lo)
				 : ward_floor6(&trial->image, refs[WARD_FAMILY_6], &ip);

	assert_int_equal(value, value_listed(trial, ip));
	assert_int_equal(ward_prefixes_shape(&trial->tables, ip), shape_listed(trial, ip));
}

static void ask(const struct trial *trial, const uint32_t *refs, struct ward_ip ip)
{
	ask_one(trial, refs, ip);
	if (!ward_ip_eq(ip, ward_ip_min(ip.family)))
		ask_one(trial, refs, ward_ip_prev(ip));
	if (!ward_ip_is_max(ip))
		ask_one(trial, refs, ward_ip_next(ip));
}

static void ask_all(struct trial *trial, const uint32_t *refs)
{
	for (enum ward_family family = WARD_FAMILY_4; family <= WARD_FAMILY_6; family++) {
		ask(trial, refs, ward_ip_min(family));
		ask(trial, refs, ward_ip_max(family));
		ask(trial, refs, random_ip(trial, family));
	}
	for (uint32_t i = 0; i < trial->tables.n_prefixes; i++)
		ask(trial, refs, trial->prefixes[i].first);
	for (uint32_t i = 0; i < trial->config.n_pod_ranges; i++) {
		struct ward_ip_range range = ward_cidr_range(trial->ranges[i]);

		ask(trial, refs, range.first);
		ask(trial, refs, range.last);
	}
}

static void round_of(struct trial *trial)
{
	uint32_t refs[WARD_FAMILY_6 + 1];
	struct ward_site site;

	prefixes_fill(trial);
	trial->config.n_pod_ranges = rand_r(&trial->rng) % (RANGES + 1);
	for (uint32_t i = 0; i < trial->config.n_pod_ranges; i++)
		trial->ranges[i] = random_range(trial);
	ward_site_init(&site, &trial->config);
	for (enum ward_family family = WARD_FAMILY_4; family <= WARD_FAMILY_6; family++)
		refs[family] = ward_prefixes_put(&trial->tree, &trial->heap, &trial->tables,
						 &site.closed, family);
	assert_false(trial->heap.full);
	ask_all(trial, refs);
	ward_site_done(&site);
	ward_heap_sweep(&trial->heap, &(struct ward_image_root){});
}

static void lists_and_trees(void **state)
{
	const struct ward_geometry geometry = {1, 1, LINES};
	size_t head = ward_heap_at(&geometry) * WARD_LINE;
	struct trial trial = {.rng = 17, .bytes = ward_alloc(head + LINES * WARD_LINE)};

	trial.tables.prefixes = trial.prefixes;
	trial.config.pod_ranges = trial.ranges;
	trial.image = ward_image_of(trial.bytes, &geometry);
	ward_heap_init(&trial.heap, trial.bytes + head, LINES);
	for (int i = 0; i < ROUNDS; i++)
		round_of(&trial);
	ward_tree_done(&trial.tree);
	ward_heap_done(&trial.heap);
	free(trial.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_and_trees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
