/* SPDX-License-Identifier: Apache-2.0 */
/* Images of random tables against the tables themselves, over sequences of versions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "image/image.h"
#include "image/verdict.h"
#include "random-tables.h"

enum {
	QUESTIONS = 2000,
	LATE_QUESTIONS = 300,
	VERSIONS = 300,
};

static const struct ward_geometry roomy = {.n_buckets4 = 50, .n_buckets6 = 120, .n_lines = 8192};

struct world {
	void *bytes;
	struct ward_image image;
	struct ward_image_writer *writer;
	struct random_seeds seeds;
	struct random_tables random;
	unsigned rng;
	int grace_result;
	struct late_reader *late; /* or NULL */
};

/* It has loaded a head, and asks when that is not in force any more. */
struct late_reader {
	struct ward_image image;
	struct ward_image_flow flows[LATE_QUESTIONS];
	struct ward_image_verdict verdicts[LATE_QUESTIONS]; /* when it was */
	unsigned n_asked;
};

static void verdicts_equal(const struct ward_image_verdict *a, const struct ward_image_verdict *b)
{
	assert_int_equal(a->outcome, b->outcome);
	assert_int_equal(a->accept, b->accept);
	assert_int_equal(a->decision[0], b->decision[0]);
	assert_int_equal(a->decision[1], b->decision[1]);
}

static void late_reader_asks(struct late_reader *late)
{
	struct ward_image_verdict got;

	for (int i = 0; i < LATE_QUESTIONS; i++) {
		ward_image_walk(&late->image, &late->flows[i], &got);
		verdicts_equal(&late->verdicts[i], &got);
	}
	late->n_asked++;
}

static int grace(void *userdata)
{
	struct world *world = userdata;

	if (world->late)
		late_reader_asks(world->late);
	return world->grace_result;
}

static struct world *world_new_lazy(struct ward_geometry geometry, bool is_lazy)
{
	static const struct ward_cidr closed[] = {
		{{.lo = R_CLOSED_FIRST + 32, .family = WARD_FAMILY_4}, 27},
		{{R_HI + 1, UINT64_C(1) << 63, WARD_FAMILY_6}, 122},
		{{.lo = R_CLOSED_FIRST, .family = WARD_FAMILY_4}, 27},
		{{R_HI + 1, R_CLOSED6_FIRST, WARD_FAMILY_6}, 122},
	};
	static const uint32_t uplinks[] = {R_UPLINK, 5000, 0, R_UPLINK, 5001};
	struct world *world = ward_new(struct world);
	size_t size = ward_image_size(&geometry);
	struct ward_image_config config = {
		.geometry = geometry,
		.node = R_NODE_NAME + R_OWN_NODE,
		.n_pod_ranges = WARD_ARRAY_SIZE(closed),
		.pod_ranges = closed,
		.n_uplinks = WARD_ARRAY_SIZE(uplinks),
		.uplinks = uplinks,
		.grace = grace,
		.userdata = world,
		.is_lazy = is_lazy,
	};

	world->bytes = config.bytes = ward_alloc(size);
	world->rng = 7;
	world->writer = ward_image_writer_new(&config);
	assert_non_null(world->writer);
	assert_int_equal(ward_image_open(world->bytes, size, &world->image), 0);
	random_seeds_init(&world->seeds, &world->rng);
	random_tables_fill(&world->random, &world->seeds, 1);
	return world;
}

static struct world *world_new(struct ward_geometry geometry)
{
	return world_new_lazy(geometry, false);
}

static void world_free(struct world *world)
{
	ward_image_writer_free(world->writer);
	free(world->bytes);
	free(world);
}

static int world_commit(struct world *world)
{
	return ward_image_commit(world->writer, &world->random.tables, NULL, world->random.ifindex);
}

/* The interface of the pod that has an address; if none has, the node's own. */
static uint32_t own_ifindex(const struct random_tables *random, struct ward_ip ip)
{
	for (uint32_t i = 0; i < random->tables.n_addresses; i++)
		if (ward_ip_eq(random->addresses[i].ip, ip) &&
		    random->addresses[i].endpoint != WARD_NONE)
			return random->ifindex[random->addresses[i].endpoint];
	return WARD_LOOPBACK_IFINDEX;
}

static void image_says_what_tables_say(struct world *world)
{
	struct ward_image_verdict expected, got;
	unsigned *rng = &world->rng;

	assert_int_equal(ward_image_load(&world->image), world->random.tables.version);
	for (int i = 0; i < QUESTIONS; i++) {
		struct ward_image_flow flow = random_flow(rng);

		flow.port = random_port(rng);
		flow.ifindex = 1 + rand_r(rng) % 3;
		flow.reply = rand_r(rng) % 2;
		flow.sender = flow.reply ? flow.to : flow.from;
		if (rand_r(rng) % 2)
			flow.ifindex = own_ifindex(&world->random, flow.sender);
		if (rand_r(rng) % 10 == 0)
			flow.sender = random_address(rng, flow.from.family);
		naive_judge(&world->random.tables, flow.from, flow.to, flow.proto, flow.port,
			    &expected);
		ward_image_judge(&world->image, flow.from, flow.to, flow.proto, flow.port, &got);
		verdicts_equal(&expected, &got);
		if (i % 16)
			continue; /* the naive walk is slow */
		naive_walk(&world->random, &flow, &expected);
		ward_image_walk(&world->image, &flow, &got);
		verdicts_equal(&expected, &got);
	}
}

static void every_version_is_its_tables(void **state)
{
	struct world *world = world_new(roomy);

	for (uint64_t version = 1; version <= VERSIONS; version++) {
		random_tables_fill(&world->random, &world->seeds, version);
		assert_int_equal(world_commit(world), 0);
		image_says_what_tables_say(world);
		random_seeds_change(&world->seeds, &world->rng);
	}
	world_free(world);
}

static void closed_both_ways(const struct ward_image *image, struct ward_ip ip,
			     struct ward_ip stranger)
{
	struct ward_image_verdict verdict;

	ward_image_judge(image, ip, stranger, WARD_TCP, 80, &verdict);
	assert_int_equal(verdict.accept, !naive_is_closed(ip));
	ward_image_judge(image, stranger, ip, WARD_TCP, 80, &verdict);
	assert_int_equal(verdict.accept, !naive_is_closed(ip));
}

static void before_the_first_commit_pods_are_closed(void **state)
{
	static const struct ward_ip edges[] = {
		{0, 0, WARD_FAMILY_6},
		{R_HI, R_CLOSED6_FIRST, WARD_FAMILY_6},
		{R_HI + 1, 0, WARD_FAMILY_6},
		{R_HI + 1, UINT64_MAX, WARD_FAMILY_6},
		{R_HI + 2, R_CLOSED6_LAST, WARD_FAMILY_6},
		{UINT64_MAX, UINT64_MAX, WARD_FAMILY_6},
	};
	struct world *world = world_new(roomy);

	for (uint32_t ip = R_CLOSED_FIRST - 1; ip <= R_CLOSED_LAST + 1; ip++)
		closed_both_ways(&world->image, r_ip(ip), r_ip(0x08080808));
	for (uint64_t lo = R_CLOSED6_FIRST - 1; lo <= R_CLOSED6_LAST + 1; lo++)
		closed_both_ways(&world->image, r_ip6(R_HI + 1, lo), r_ip6(5, 5));
	for (size_t i = 0; i < WARD_ARRAY_SIZE(edges); i++)
		closed_both_ways(&world->image, edges[i], r_ip6(5, 5));
	world_free(world);
}

/* A pod range up to the last address there is. */
static void the_last_addresses_may_be_closed(void **state)
{
	static const struct ward_cidr ranges[] = {
		{{.lo = 0xffffff00, .family = WARD_FAMILY_4}, 24},
		{{UINT64_MAX, 0, WARD_FAMILY_6}, 64},
	};
	size_t size = ward_image_size(&roomy);
	struct ward_image_config config = {
		.bytes = ward_alloc(size),
		.geometry = roomy,
		.n_pod_ranges = WARD_ARRAY_SIZE(ranges),
		.pod_ranges = ranges,
	};
	struct ward_image_writer *writer = ward_image_writer_new(&config);
	struct ward_image_end end;
	struct ward_image image;

	assert_int_equal(ward_image_open(config.bytes, size, &image), 0);
	for (size_t i = 0; i < WARD_ARRAY_SIZE(ranges); i++) {
		struct ward_ip_range range = ward_cidr_range(ranges[i]);
		struct ward_ip before = ward_ip_prev(range.first);

		ward_resolve(&image, before.family, &before, &end);
		assert_int_equal(end.kind, WARD_AT_OTHER);
		ward_resolve(&image, before.family, &range.first, &end);
		assert_int_equal(end.kind, WARD_AT_UNREADY);
		ward_resolve(&image, before.family, &range.last, &end);
		assert_int_equal(end.kind, WARD_AT_UNREADY);
	}
	ward_image_writer_free(writer);
	free(config.bytes);
}

static void stranger_comes(const struct ward_image *image, struct ward_ip from, struct ward_ip to)
{
	struct ward_image_verdict verdict;

	for (uint32_t ifindex = 0; ifindex < 6000; ifindex++) {
		struct ward_image_flow flow = {
			.from = from, .to = to, .sender = from, .ifindex = ifindex};
		bool may = ifindex == WARD_LOOPBACK_IFINDEX || ifindex == R_UPLINK ||
			   ifindex == 5000 || ifindex == 5001;

		ward_image_walk(image, &flow, &verdict);
		assert_int_equal(verdict.accept, may);
		if (!may)
			assert_int_equal(verdict.outcome, WARD_OUTCOME_SPOOFED);
	}
}

/* Whoever is not of this node comes in through an uplink, and through nothing else: a pod that has
 * no address that counts, or does not exist any more, or not yet, is at no known interface.  Nor
 * does anybody speak from a link-local address but to neighbours. */
static void strangers_come_through_uplinks(void **state)
{
	static const uint64_t link = UINT64_C(0xfe80) << 48;
	struct world *world = world_new(roomy);

	for (int commits = 0; commits < 2; commits++) { /* before the first, and after it */
		stranger_comes(&world->image, r_ip(0x08080808), r_ip(0x08080809));
		stranger_comes(&world->image, r_ip6(5, 5), r_ip6(5, 6));
		stranger_comes(&world->image, r_ip6(link, 5), r_ip6(5, 6));
		assert_int_equal(world_commit(world), 0);
		ward_image_load(&world->image);
	}
	world_free(world);
}

static uint32_t kind_of(const struct world *world, struct ward_ip ip)
{
	struct ward_image_end end;

	ward_resolve(&world->image, ip.family, &ip, &end);
	return end.kind;
}

/* What the node's interfaces say: nobody else's address, in the pod ranges too. */
static void interfaces_say_who_the_node_is(void **state)
{
	struct world *world = world_new(roomy);
	const struct ward_tables *tables = &world->random.tables;
	const struct ward_ip claimed = tables->addresses[5].ip, last = r_ip6(R_HI, 7);
	const struct ward_ip link_local = r_ip6(UINT64_C(0xfe80) << 48, 1);
	const struct ward_ip unclaimed[] = {
		r_ip(R_CLOSED_FIRST + 1),
		r_ip(0x08080808),
		r_ip(3),
		r_ip6(R_HI + 1, R_CLOSED6_FIRST + 1),
		r_ip6(5, 5),
		last,
	};
	struct ward_ip own[] = {unclaimed[5], unclaimed[3], unclaimed[0], claimed,
				unclaimed[1], link_local,   unclaimed[2], unclaimed[4],
				unclaimed[1], last};
	uint32_t kind;

	assert_int_equal(world_commit(world), 0);
	ward_image_load(&world->image);
	kind = kind_of(world, claimed);
	assert_int_equal(kind_of(world, unclaimed[0]), WARD_AT_UNREADY);
	assert_int_equal(kind_of(world, unclaimed[3]), WARD_AT_UNREADY);
	ward_image_own_set(world->writer, own, WARD_ARRAY_SIZE(own));
	assert_int_equal(world_commit(world), 0);
	ward_image_load(&world->image);
	for (size_t i = 0; i < WARD_ARRAY_SIZE(unclaimed); i++)
		assert_int_equal(kind_of(world, unclaimed[i]), WARD_AT_NODE);
	assert_int_equal(kind_of(world, claimed), kind);
	assert_int_equal(kind_of(world, link_local), WARD_AT_OTHER);
	ward_image_own_set(world->writer, NULL, 0);
	assert_int_equal(world_commit(world), 0);
	image_says_what_tables_say(world);
	world_free(world);
}

/* A shape that comes into a page that is there has its identity, even if nobody says that it has
 * changed. */
static void shapes_that_come_are_followed(void **state)
{
	struct world *world = world_new(roomy);
	struct ward_tables *tables = &world->random.tables;
	const struct ward_delta nothing = {};

	tables->n_shapes = 1;
	tables->n_addresses = 0;
	assert_int_equal(world_commit(world), 0);
	for (tables->n_shapes = 7; tables->n_shapes <= R_SHAPES; tables->n_shapes += 7) {
		tables->version++;
		assert_int_equal(ward_image_commit(world->writer, tables, &nothing,
						   world->random.ifindex),
				 0);
		ward_image_load(&world->image);
		for (uint32_t shape = 0; shape < tables->n_shapes; shape++)
			assert_int_equal(ward_cell(&world->image, ward_root(&world->image)->shapes,
						   shape),
					 world->random.shape_identity[shape]);
	}
	world_free(world);
}

/* The same again writes nothing; one changed cell writes a page, a row, and who points to it. */
static void versions_share_what_is_alike(void **state)
{
	struct world *world = world_new(roomy);
	struct ward_image_usage first, again;

	assert_int_equal(world_commit(world), 0);
	ward_image_usage(world->writer, &first);
	assert_true(first.blocks_written > 50);
	assert_int_equal(world_commit(world), 0);
	ward_image_usage(world->writer, &again);
	assert_int_equal(again.blocks_written, 0);
	assert_int_equal(again.lines_used, first.lines_used);
	world->random.cells[1][70].map ^= 1;
	assert_int_equal(world_commit(world), 0);
	ward_image_usage(world->writer, &again);
	assert_int_equal(again.blocks_written, 3);
	world_free(world);
}

/* Whether the heap or an address table is too small: the version before stays, whole. */
static void full_keeps_the_version_before(void **state)
{
	static const struct ward_geometry sizes[] = {{50, 120, 200},
						     {20, 120, 8192},
						     {50, 40, 8192}};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(sizes); i++) {
		struct world *world = world_new(sizes[i]);
		struct random_tables *large = ward_new(struct random_tables);
		struct ward_image_usage before, after;

		for (uint32_t slot = 30; slot < R_ALL_SLOTS; slot++)
			world->seeds.slot[slot] = world->seeds.slot[slot % 2];
		random_tables_fill(large, &world->seeds, 2);
		world->random = (struct random_tables){};
		random_tables_fill(&world->random, &world->seeds, 1);
		world->random.tables.n_addresses = 20;
		world->random.tables.n_rows = R_ROWS;
		for (uint32_t k = 0; k < R_ALL_SLOTS; k++)
			world->random.endpoints[k].row[0] = world->random.endpoints[k].row[1] =
				WARD_NONE;
		assert_int_equal(world_commit(world), 0);
		image_says_what_tables_say(world);
		ward_image_usage(world->writer, &before);
		large->tables.n_rows = R_ROWS;
		for (int tries = 0; tries < 3; tries++) {
			assert_int_equal(ward_image_commit(world->writer, &large->tables, NULL,
							   large->ifindex),
					 -ENOSPC);
			ward_image_usage(world->writer, &after);
			assert_true(after.lines_used <= before.lines_used);
			before = after;
		}
		image_says_what_tables_say(world);
		free(large);
		world_free(world);
	}
}

/* Nothing is reused, and so nothing is published, until somebody has waited. */
static void no_grace_no_reuse(void **state)
{
	struct world *world = world_new(roomy);

	world->grace_result = -ENOMEM;
	assert_int_equal(world_commit(world), 0); /* in force before it waits */
	image_says_what_tables_say(world);
	assert_int_equal(world_commit(world), -ENOMEM);
	image_says_what_tables_say(world);
	world->grace_result = 0;
	world->random.tables.version = 9;
	assert_int_equal(world_commit(world), 0);
	image_says_what_tables_say(world);
	world_free(world);
}

/* Takes the head as it is now, and asks until the next grace period has begun. */
static void late_reader_comes(struct world *world, struct late_reader *late)
{
	late->image = world->image;
	ward_image_load(&late->image);
	for (int i = 0; i < LATE_QUESTIONS; i++) {
		late->flows[i] = random_flow(&world->rng);
		late->flows[i].port = random_port(&world->rng);
		ward_image_walk(&late->image, &late->flows[i], &late->verdicts[i]);
	}
	world->late = late;
}

/* Whoever has the old head finds the old version until the grace period that is waited for is over:
 * when the next commit begins, for a lazy writer; else before the commit returns.  The heap is so
 * small that what is retired is used again at once. */
static void what_is_retired_stays_until_grace(void **state)
{
	static const struct ward_geometry tight = {50, 120, 1500};

	for (int is_lazy = 0; is_lazy < 2; is_lazy++) {
		struct world *world = world_new_lazy(tight, is_lazy);
		struct late_reader late = {};

		assert_int_equal(world_commit(world), 0);
		for (uint64_t version = 2; version <= VERSIONS; version++) {
			ward_image_settle(world->writer);
			late_reader_comes(world, &late);
			random_seeds_change(&world->seeds, &world->rng);
			world->seeds.rows = rand_r(&world->rng);
			random_tables_fill(&world->random, &world->seeds, version);
			assert_int_equal(world_commit(world), 0);
			if (is_lazy) {
				late_reader_asks(&late);
				random_tables_fill(&world->random, &world->seeds, ++version);
				assert_int_equal(world_commit(world), 0);
			}
			world->late = NULL;
		}
		assert_true(late.n_asked >= VERSIONS - 1);
		world_free(world);
	}
}

static void rubbish_is_no_image(void **state)
{
	struct world *world = world_new(roomy);
	size_t size = ward_image_size(&roomy);
	struct ward_image_head *head = world->bytes;
	struct ward_image image;

	assert_int_equal(ward_image_open(head, size - 1, &image), -EINVAL);
	assert_int_equal(ward_image_open(head, 10, &image), -EINVAL);
	head->geometry.n_lines++;
	assert_int_equal(ward_image_open(head, size, &image), -EINVAL);
	head->geometry.n_lines--;
	head->layout++;
	assert_int_equal(ward_image_open(head, size, &image), -EINVAL);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_is_its_tables),
		cmocka_unit_test(before_the_first_commit_pods_are_closed),
		cmocka_unit_test(the_last_addresses_may_be_closed),
		cmocka_unit_test(strangers_come_through_uplinks),
		cmocka_unit_test(interfaces_say_who_the_node_is),
		cmocka_unit_test(shapes_that_come_are_followed),
		cmocka_unit_test(versions_share_what_is_alike),
		cmocka_unit_test(full_keeps_the_version_before),
		cmocka_unit_test(no_grace_no_reuse),
		cmocka_unit_test(what_is_retired_stays_until_grace),
		cmocka_unit_test(rubbish_is_no_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
