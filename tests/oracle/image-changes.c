/* SPDX-License-Identifier: Apache-2.0 */
/* Images that follow an engine of a node through random changes: after each commit they say of
 * every address, local pod, identity and port what the tables say, and what an image says that was
 * written of them from nothing.
 *
 * One image has room.  The other is so small that now and then its heap or a table of addresses is
 * full, or its grace period fails: then it says what it said before, and the next time that it can,
 * all of what there is then.  And whoever still reads the version before finds it whole until the
 * grace period is over.
 *
 *	image-changes [SEED [RUNS]] */
#include <inttypes.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "oracle/changing.h"
#include "oracle/imaged.h"

enum {
	RUNS = 200,
	COMMITS = 60,
	OWN_MAX = 4,
};

static const struct ward_geometry roomy = {64, 64, 4096};

struct counts {
	uint64_t n_commits, n_full, n_no_grace, n_rebuilt, n_reseeded, n_late;
};

/* A version as an image that was written of it alone. */
struct known {
	struct imaged image;
	uint32_t n_identities;
};

struct trial {
	struct world pool[2];
	struct rng rng;
	struct changing changing;
	struct imaged_site site;
	WARD_VEC(uint32_t) ifindex;
	struct ward_ip own[OWN_MAX];
	struct imaged large, small;
	struct known last, before;    /* what the small one must say, and what its other view may */
	bool is_torn;		      /* who read the other view would have found something else */
	uint32_t seed4[WARD_N_VIEWS]; /* of the small one's views */
	struct asked_ips asked;
	struct counts *counts;
};

static uint64_t version_of(const struct imaged *imaged)
{
	return ward_root(&imaged->image)->version;
}

/* Who has loaded the head of the version before judges by it still. */
static void late_reader(struct trial *trial)
{
	struct imaged late = trial->small;
	const struct known *known;

	imaged_load(&late);
	late.image.view ^= 1;
	known = version_of(&late) == version_of(&trial->last.image) ? &trial->last : &trial->before;
	trial->counts->n_late++;
	trial->is_torn |=
		version_of(&late) != version_of(&known->image) ||
		!images_are_same(&late, &known->image, known->n_identities, &trial->asked);
}

static int grace(void *userdata)
{
	struct trial *trial = userdata;

	if (trial->before.n_identities)
		late_reader(trial);
	return rng_chance(&trial->rng, 5) ? -ENOMEM : 0;
}

/* The node of the first pod that has one. */
static ward_sym some_node(const struct world *world)
{
	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_pod *pod = (const void *)world->objects.items[i];

		if (ward_kind_is_pod(pod->object.kind) && pod->node != WARD_NONE)
			return pod->node;
	}
	return WARD_SYM_EMPTY;
}

static struct ward_image_config config_of(const struct trial *trial, struct ward_geometry geometry)
{
	return (struct ward_image_config){
		.geometry = geometry,
		.node = trial->site.node,
		.n_pod_ranges = 1,
		.pod_ranges = &trial->site.closed,
	};
}

static void images_init(struct trial *trial)
{
	struct ward_image_config config = config_of(trial, roomy);

	imaged_init(&trial->large, &config);
	imaged_init(&trial->last.image, &config);
	trial->last.n_identities = 1;
	config.geometry = (struct ward_geometry){
		.n_buckets4 = 2 + rng_below(&trial->rng, 4),
		.n_buckets6 = 3 + rng_below(&trial->rng, 6),
		.n_lines = 150 + rng_below(&trial->rng, 400),
	};
	config.grace = grace;
	config.userdata = trial;
	imaged_init(&trial->small, &config);
}

static const struct ward_object *random_object(struct trial *trial)
{
	const struct world *pool = &trial->pool[rng_below(&trial->rng, 2)];

	return pool->objects.items[rng_below(&trial->rng, pool->objects.n)];
}

/* Addresses of pods, nodes, and of nobody. */
static struct ward_ip random_ip(struct trial *trial)
{
	struct conn conn;

	world_random_conn(&trial->changing.now, &trial->rng, &conn);
	return conn.to.ip;
}

static void change_own(struct trial *trial)
{
	trial->site.n_own = 0;
	for (uint32_t n = rng_below(&trial->rng, OWN_MAX + 1); n; n--) {
		struct ward_ip ip = random_ip(trial);

		if (ip.family == WARD_FAMILY_NONE)
			continue;
		trial->own[trial->site.n_own++] = ip;
		asked_ips_add_one(&trial->asked, ip);
	}
	trial->site.own = trial->own;
	ward_image_own_set(trial->large.writer, trial->own, trial->site.n_own);
	ward_image_own_set(trial->small.writer, trial->own, trial->site.n_own);
}

static void change_one(struct trial *trial)
{
	if (rng_chance(&trial->rng, 10))
		change_own(trial);
	if (rng_chance(&trial->rng, 35))
		changing_remove(&trial->changing, random_object(trial));
	else
		changing_put(&trial->changing, random_object(trial));
}

static const struct ward_tables *engine_commit(struct trial *trial)
{
	const struct ward_tables *tables;

	if (rng_chance(&trial->rng, 4))
		tables = ward_engine_recompute(trial->changing.engine);
	else
		tables = ward_engine_commit(trial->changing.engine);
	trial->counts->n_rebuilt += ward_engine_delta(trial->changing.engine)->everything;
	while (trial->ifindex.n < tables->n_endpoints)
		ward_vec_push(&trial->ifindex, 0);
	if (tables->n_endpoints && rng_chance(&trial->rng, 30))
		trial->ifindex.items[rng_below(&trial->rng, tables->n_endpoints)] =
			1 + rng_below(&trial->rng, 100);
	trial->site.ifindex = trial->ifindex.items;
	asked_ips_add(&trial->asked, tables);
	return tables;
}

/* One that knows nothing but these tables. */
static bool from_nothing(struct trial *trial, const struct ward_tables *tables,
			 struct imaged *ret_fresh)
{
	struct ward_image_config config = config_of(trial, roomy);

	imaged_init(ret_fresh, &config);
	ward_image_own_set(ret_fresh->writer, trial->own, trial->site.n_own);
	if (ward_image_commit(ret_fresh->writer, tables, NULL, trial->site.ifindex) < 0)
		return false;
	imaged_load(ret_fresh);
	return true;
}

static bool large_follows(struct trial *trial, const struct ward_tables *tables,
			  const struct ward_delta *delta, const struct imaged *fresh)
{
	if (ward_image_commit(trial->large.writer, tables, delta, trial->site.ifindex) < 0)
		return false;
	imaged_load(&trial->large);
	return imaged_is_right(&trial->large, trial->changing.engine, &trial->site,
			       &trial->asked) &&
	       images_are_same(&trial->large, fresh, tables->n_identities, &trial->asked);
}

/* Each view has its own, which changes when its table is filled from nothing. */
static bool is_reseeded(struct trial *trial)
{
	const struct ward_image_root *root = ward_root(&trial->small.image);
	uint32_t *seed = &trial->seed4[trial->small.image.view], before = *seed;

	*seed = root->seed4;
	return before && before != root->seed4;
}

/* Takes @fresh over when the small one has come as far. */
static bool small_follows(struct trial *trial, const struct ward_tables *tables,
			  const struct ward_delta *delta, struct imaged *fresh)
{
	int r = ward_image_commit(trial->small.writer, tables, delta, trial->site.ifindex);

	trial->counts->n_full += r == -ENOSPC;
	trial->counts->n_no_grace += r == -ENOMEM;
	imaged_load(&trial->small);
	trial->counts->n_reseeded += is_reseeded(trial);
	if (r == 0) {
		imaged_done(&trial->before.image);
		trial->before = trial->last;
		trial->last = (struct known){*fresh, tables->n_identities};
		*fresh = (struct imaged){};
	}
	return !trial->is_torn && images_are_same(&trial->small, &trial->last.image,
						  trial->last.n_identities, &trial->asked);
}

static bool commit_check(struct trial *trial)
{
	uint32_t most = rng_chance(&trial->rng, 10) ? 40 : 3;
	const struct ward_delta *delta = NULL;
	const struct ward_tables *tables;
	struct imaged fresh;
	bool agrees;

	for (uint32_t n = rng_below(&trial->rng, most); n; n--)
		change_one(trial);
	tables = engine_commit(trial);
	if (rng_chance(&trial->rng, 5))
		return true; /* nobody is told of this version */
	if (!rng_chance(&trial->rng, 3))
		delta = ward_engine_delta(trial->changing.engine);
	trial->counts->n_commits++;
	agrees = from_nothing(trial, tables, &fresh) &&
		 large_follows(trial, tables, delta, &fresh) &&
		 small_follows(trial, tables, delta, &fresh);
	imaged_done(&fresh);
	return agrees;
}

static bool run(uint64_t seed, struct counts *counts)
{
	struct trial trial = {.rng.state = seed, .counts = counts};
	struct ward_symbols symbols;
	bool agrees = true;

	ward_symbols_init(&symbols);
	for (uint32_t i = 0; i < 2; i++)
		world_random(&trial.pool[i], &symbols, &trial.rng);
	trial.site.node = some_node(&trial.pool[0]);
	trial.site.closed = (struct ward_cidr){{0, 0x0a000000, WARD_FAMILY_4}, 24};
	changing_init(&trial.changing, &symbols, trial.site.node, &trial.pool[0]);
	images_init(&trial);
	for (uint32_t ip = 0; ip < 256; ip += 5)
		asked_ips_add_one(&trial.asked,
				  (struct ward_ip){0, 0x0a000000 + ip, WARD_FAMILY_4});
	for (uint32_t i = 0; agrees && i < COMMITS; i++)
		agrees = commit_check(&trial);
	imaged_done(&trial.large);
	imaged_done(&trial.small);
	imaged_done(&trial.last.image);
	imaged_done(&trial.before.image);
	asked_ips_done(&trial.asked);
	ward_vec_done(&trial.ifindex);
	changing_done(&trial.changing);
	for (uint32_t i = 0; i < 2; i++)
		world_done(&trial.pool[i]);
	ward_symbols_done(&symbols);
	return agrees;
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t runs = argc > 2 ? strtoull(argv[2], NULL, 10) : RUNS;
	struct counts counts = {};

	for (uint64_t i = 0; i < runs; i++) {
		if (run(seed + i, &counts))
			continue;
		printf("# mismatch, seed %" PRIu64 "\n", seed + i);
		return EXIT_FAILURE;
	}
	printf("%" PRIu64 " runs, %" PRIu64 " commits: all agree; full %" PRIu64
	       ", no grace %" PRIu64 ", numbered anew %" PRIu64 ", other seeds %" PRIu64
	       ", late readers %" PRIu64 "\n",
	       runs, counts.n_commits, counts.n_full, counts.n_no_grace, counts.n_rebuilt,
	       counts.n_reseeded, counts.n_late);
	if (counts.n_full && counts.n_no_grace && counts.n_rebuilt && counts.n_reseeded &&
	    counts.n_late)
		return EXIT_SUCCESS;
	printf("# something never happened\n");
	return EXIT_FAILURE;
}
