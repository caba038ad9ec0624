/* SPDX-License-Identifier: Apache-2.0 */
/* Readers that never stop, a writer that changes everything: each look-up is one version's.
 *
 * In version v every decision is tag(v), and which pods exist follows from v too: so a look-up
 * that mixes two versions, at one end or between both, gives itself away.  Meant to be run under
 * the thread checker as well (-Db_sanitize=thread). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "image/image.h"
#include "image/verdict.h"

enum {
	PODS = 60,
	IDENTITIES = 100,
	TAGS = 50,
	READERS = 2,
	VERSIONS = 200,
	N_BUCKETS = 12,
	N_LINES = 512,
	FIRST = 0x0a000000,
};

struct reader {
	pthread_t thread;
	struct ward_image image;
	_Atomic uint64_t rounds; /* look-ups that have ended */
	uint64_t n_wrong, n_versions;
};

static struct reader readers[READERS];
static atomic_bool stop;

static uint32_t tag(uint64_t version)
{
	return 2 + version % TAGS;
}

static bool exists(uint64_t version, uint32_t pod)
{
	return (version * 7 + pod * 13) % 5 != 0;
}

static bool accepts(uint32_t decision)
{
	return decision % 3 != 0;
}

static struct ward_ip ip_of(uint32_t pod)
{
	return (struct ward_ip){.lo = FIRST + pod, .family = WARD_FAMILY_4};
}

static bool is_right(uint64_t version, uint32_t from, uint32_t to,
		     const struct ward_image_verdict *verdict)
{
	uint32_t egress = exists(version, from) ? tag(version) : WARD_NOT_JUDGED;
	uint32_t ingress = exists(version, to) ? tag(version) : WARD_NOT_JUDGED;
	bool judged = exists(version, from) || exists(version, to);

	return verdict->decision[WARD_EGRESS] == egress &&
	       verdict->decision[WARD_INGRESS] == ingress &&
	       verdict->accept == (!judged || accepts(tag(version)));
}

static void *read_on(void *userdata)
{
	struct reader *reader = userdata;
	unsigned rng = reader - readers;
	uint64_t before = 0;

	while (!atomic_load(&stop)) {
		uint64_t version = ward_image_load(&reader->image);
		uint32_t from = rand_r(&rng) % PODS;
		uint32_t to = (from + 1 + rand_r(&rng) % (PODS - 1)) % PODS;
		struct ward_image_verdict verdict;

		ward_image_judge(&reader->image, ip_of(from), ip_of(to), WARD_TCP, 80, &verdict);
		reader->n_wrong += !is_right(version, from, to, &verdict);
		reader->n_versions += version != before;
		before = version;
		atomic_fetch_add(&reader->rounds, 1);
	}
	return NULL;
}

/* Every reader has begun a look-up after this was called, and so ended those before. */
static int grace(void *userdata)
{
	for (int i = 0; i < READERS; i++) {
		uint64_t before = atomic_load(&readers[i].rounds);

		while (readers[i].thread && atomic_load(&readers[i].rounds) < before + 2)
			sched_yield();
	}
	return 0;
}

static int commit(struct ward_image_writer *writer, uint64_t version)
{
	struct ward_endpoint endpoints[PODS];
	struct ward_address addresses[PODS];
	uint32_t identity[IDENTITIES], cells[IDENTITIES], n = 0;
	struct ward_decision decisions[TAGS + 2];
	const struct ward_port_map maps[] = {{.other = tag(version), .rest = tag(version)}};
	const struct ward_row rows[] = {{.cells = cells}};
	const struct ward_prefix prefix = {{.family = WARD_FAMILY_4}, 0};
	struct ward_tables tables = {
		.version = version,
		.endpoints = endpoints,
		.n_endpoints = PODS,
		.addresses = addresses,
		.n_prefixes = 1,
		.prefixes = &prefix,
		.n_shapes = IDENTITIES,
		.shape_identity = identity,
		.n_identities = IDENTITIES,
		.n_rows = 1,
		.rows = rows,
		.n_port_maps = 1,
		.port_maps = maps,
		.n_decisions = TAGS + 2,
		.decisions = decisions,
	};

	for (uint32_t i = 0; i < TAGS + 2; i++)
		decisions[i] = (struct ward_decision){.accept = accepts(i)};
	for (uint32_t i = 0; i < IDENTITIES; i++) {
		identity[i] = (i + version) % IDENTITIES;
		cells[i] = 0;
	}
	for (uint32_t i = 0; i < PODS; i++) {
		endpoints[i] = (struct ward_endpoint){.managed = true};
		if (exists(version, i))
			addresses[n++] = (struct ward_address){ip_of(i), (i * version) % IDENTITIES,
							       i, WARD_NONE};
	}
	tables.n_addresses = n;
	return ward_image_commit(writer, &tables, NULL);
}

static void each_look_up_is_one_version(void **state)
{
	size_t size = ward_image_size(N_BUCKETS, N_LINES);
	struct ward_image_config config = {
		.bytes = ward_alloc(size),
		.n_buckets = N_BUCKETS,
		.n_lines = N_LINES,
		.node = WARD_NONE,
		.grace = grace,
	};
	struct ward_image_writer *writer = ward_image_writer_new(&config);

	assert_int_equal(commit(writer, 1), 0);
	for (int i = 0; i < READERS; i++) {
		ward_image_open(config.bytes, size, &readers[i].image);
		pthread_create(&readers[i].thread, NULL, read_on, &readers[i]);
	}
	for (uint64_t version = 2; version <= VERSIONS; version++)
		assert_int_equal(commit(writer, version), 0);
	atomic_store(&stop, true);
	for (int i = 0; i < READERS; i++) {
		pthread_join(readers[i].thread, NULL);
		assert_int_equal(readers[i].n_wrong, 0);
		assert_true(readers[i].n_versions > 10);
	}
	ward_image_writer_free(writer);
	free(config.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_look_up_is_one_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
