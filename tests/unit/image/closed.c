/* SPDX-License-Identifier: Apache-2.0 */
/* Zero means closed: what nobody has written, and what a number that is 0 leads to, lets nothing
 * through; in an image that is full of other things, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "image/image.h"
#include "image/verdict.h"
#include "random-tables.h"

enum {
	CELLS = 1 << 20
};

static const struct ward_geometry geometry = {50, 120, 8192};

struct world {
	struct ward_image image;
	struct ward_image_writer *writer;
	struct random_tables *random;
	char *bytes;
};

static void world_init(struct world *world)
{
	static const uint32_t uplinks[] = {2, 4, 80}; /* the first block, so in line 1 */
	size_t size = ward_image_size(&geometry);
	struct random_seeds seeds;
	unsigned rng = 3;

	*world = (struct world){.bytes = ward_alloc(size)};
	world->random = ward_new(struct random_tables);
	world->writer = ward_image_writer_new(&(struct ward_image_config){
		.bytes = world->bytes,
		.geometry = geometry,
		.node = WARD_NONE,
		.n_uplinks = WARD_ARRAY_SIZE(uplinks),
		.uplinks = uplinks,
	});
	assert_int_equal(ward_image_open(world->bytes, size, &world->image), 0);
	random_seeds_init(&seeds, &rng);
	random_tables_fill(world->random, &seeds, 1);
}

static void world_commit(struct world *world)
{
	assert_int_equal(ward_image_commit(world->writer, &world->random->tables, NULL,
					   world->random->ifindex),
			 0);
	ward_image_load(&world->image);
}

static void world_done(struct world *world)
{
	ward_image_writer_free(world->writer);
	free(world->random);
	free(world->bytes);
}

/* An image that nobody has written. */
static void nothing_written(void **state)
{
	void *bytes = ward_alloc(ward_image_size(&geometry));
	const struct ward_image image = ward_image_of(bytes, &geometry);
	const struct ward_ip ends[][2] = {{r_ip(1), r_ip(2)}, {r_ip6(0, 1), r_ip6(1, 0)}};
	struct ward_image_verdict verdict;

	for (size_t i = 0; i < WARD_ARRAY_SIZE(ends); i++) {
		ward_image_judge(&image, ends[i][0], ends[i][1], WARD_TCP, 80, &verdict);
		assert_false(verdict.accept);
		assert_int_equal(verdict.outcome, WARD_OUTCOME_NOT_READY);
	}
	free(bytes);
}

/* An array that there is not has no cell, whatever lies behind line 0. */
static void no_array(void **state)
{
	struct world world;

	world_init(&world);
	world_commit(&world);
	for (uint32_t i = 0; i < CELLS; i++)
		assert_int_equal(ward_cell(&world.image, 0, i), 0);
	world_done(&world);
}

static const struct ward_endpoint *endpoint_of(const struct random_tables *random, uint32_t address)
{
	uint32_t endpoint = random->addresses[address].endpoint;

	return endpoint == WARD_NONE ? NULL : &random->endpoints[endpoint];
}

/* Local, and without a row there. */
static bool lacks(const struct ward_endpoint *endpoint, enum ward_direction direction)
{
	return endpoint && endpoint->row[direction] == WARD_NONE &&
	       endpoint->row[1 - direction] != WARD_NONE;
}

static void pair_is_closed(const struct world *world, uint32_t from, uint32_t to)
{
	const struct random_tables *random = world->random;
	const struct ward_endpoint *source = endpoint_of(random, from);
	const struct ward_endpoint *target = endpoint_of(random, to);
	struct ward_image_verdict verdict;

	if (random->addresses[from].ip.family != random->addresses[to].ip.family ||
	    source == target)
		return;
	ward_image_judge(&world->image, random->addresses[from].ip, random->addresses[to].ip,
			 WARD_TCP, 80, &verdict);
	if (lacks(source, WARD_EGRESS))
		assert_int_equal(verdict.decision[WARD_EGRESS], WARD_DECISION_ISOLATED);
	if (lacks(target, WARD_INGRESS))
		assert_int_equal(verdict.decision[WARD_INGRESS], WARD_DECISION_ISOLATED);
	if (lacks(source, WARD_EGRESS) || lacks(target, WARD_INGRESS))
		assert_false(verdict.accept);
}

/* A pod that has no row in a direction may do nothing there. */
static void no_row(void **state)
{
	struct random_tables *random;
	struct world world;

	world_init(&world);
	random = world.random;
	for (uint32_t i = 0; i < random->tables.n_endpoints; i++)
		random->endpoints[i].row[i % WARD_N_DIRECTION] = WARD_NONE;
	world_commit(&world);
	for (uint32_t from = 0; from < random->tables.n_addresses; from++)
		for (uint32_t to = 0; to < random->tables.n_addresses; to++)
			pair_is_closed(&world, from, to);
	world_done(&world);
}

/* Who is at no interface yet sends nothing, not even what comes from none. */
static void no_interface(void **state)
{
	struct ward_image_verdict verdict;
	struct world world;
	uint32_t n_local = 0;

	world_init(&world);
	memset(world.random->ifindex, 0, sizeof(world.random->ifindex));
	world_commit(&world);
	for (uint32_t i = 0; i < world.random->tables.n_addresses; i++) {
		struct ward_ip from = world.random->addresses[i].ip;
		struct ward_image_flow flow = {.from = from, .to = from, .sender = from};
		struct ward_image_end end;

		ward_resolve(&world.image, from.family, &from, &end);
		n_local += end.kind == WARD_AT_LOCAL;
		ward_image_walk(&world.image, &flow, &verdict);
		assert_false(verdict.accept);
		assert_int_equal(verdict.outcome, WARD_OUTCOME_SPOOFED);
	}
	assert_true(n_local > 50);
	world_done(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_written),
		cmocka_unit_test(no_array),
		cmocka_unit_test(no_row),
		cmocka_unit_test(no_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
