/* SPDX-License-Identifier: Apache-2.0 */
/* Readers that never stop, a writer that changes everything: each look-up is one version's.  As
 * image-race it runs under the thread checker, for which a store to what somebody may be reading is
 * an error even if it happens to do no harm: so nothing is written before its grace period. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#include <cmocka.h>

#include "changing-tables.h"

enum {
	READERS = 2,
	VERSIONS = 200,
};

struct reader {
	pthread_t thread;
	struct ward_image image;
	_Atomic uint64_t rounds; /* look-ups that have ended */
	uint64_t n_wrong, n_versions;
};

static struct reader readers[READERS];
static atomic_bool stop;

static void *read_on(void *userdata)
{
	struct reader *reader = userdata;
	unsigned rng = reader - readers;
	uint64_t before = 0;

	while (!atomic_load(&stop)) {
		uint64_t version = ward_image_load(&reader->image);
		uint32_t from = rand_r(&rng) % PODS;
		uint32_t to = (from + 1 + rand_r(&rng) % (PODS - 1)) % PODS;
		enum ward_family family = rand_r(&rng) % 2 ? WARD_FAMILY_4 : WARD_FAMILY_6;
		struct ward_image_verdict verdict;

		ward_image_judge(&reader->image, ip_of(from, family), ip_of(to, family), WARD_TCP,
				 80, &verdict);
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

static void each_look_up_is_one_version(void **state)
{
	size_t size = ward_image_size(&changing_geometry);
	struct ward_image_config config = {
		.bytes = ward_alloc(size),
		.geometry = changing_geometry,
		.node = WARD_NONE,
		.grace = grace,
	};
	struct ward_image_writer *writer = ward_image_writer_new(&config);

	assert_int_equal(changing_commit(writer, 1, NULL), 0);
	for (int i = 0; i < READERS; i++) {
		ward_image_open(config.bytes, size, &readers[i].image);
		pthread_create(&readers[i].thread, NULL, read_on, &readers[i]);
	}
	for (uint64_t version = 2; version <= VERSIONS; version++)
		assert_int_equal(changing_commit(writer, version, NULL), 0);
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
