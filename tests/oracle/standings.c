/* SPDX-License-Identifier: Apache-2.0 */
/* The line that makes a pod a member, asked pod by pod, against the members that are worked out for
 * a whole group at once: on random worlds the two agree, and what is said to keep a pod out is
 * there exactly when no line matches. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/load.h"
#include "analysis/standing.h"
#include "oracle/world-read.h"

enum {
	WORLDS = 2500,
	LEAST = 500 /* of each standing, or the test shows nothing */
};

struct trial {
	struct reading reading;
	struct ward_engine *engine;
	struct ward_groups groups;
	uint64_t of[WARD_N_STANDING];
};

static bool check(struct trial *trial, const struct ward_standings *standings, uint32_t endpoint)
{
	const struct ward_members *members = &standings->group->members;
	struct ward_candidate candidate = ward_candidate_of(trial->engine, endpoint);
	struct ward_standing standing = ward_standing_of(standings, &candidate);
	_cleanup_(ward_arena_done) struct ward_arena arena = {};
	struct ward_distance distance = {};
	bool is_member =
		ward_boxes_have(&members->pods, candidate.namespace_labels, candidate.labels);
	bool told = ward_standing_distance(standings, &candidate, &arena, &distance);
	bool matches = standing.kind != WARD_STANDING_OUTSIDE;

	trial->of[standing.kind]++;
	return is_member == (standing.kind == WARD_STANDING_MEMBER) &&
	       matches == (standing.entry != NULL) && matches == (told && !distance.weight) &&
	       !distance.weight == !distance.differs;
}

static bool check_group(struct trial *trial, const struct ward_group_entry *group)
{
	const struct ward_tables *tables = ward_engine_tables(trial->engine);
	struct ward_standings standings;
	bool good = true;

	if (group->members.pods.overflow)
		return true;
	ward_standings_init(&standings, &trial->groups, trial->reading.snapshot.symbols, group);
	for (uint32_t i = 0; i < tables->n_endpoints && good; i++)
		good = check(trial, &standings, i);
	ward_standings_done(&standings);
	return good;
}

static bool check_world(struct trial *trial, uint64_t seed)
{
	struct rng rng = {.state = seed};
	struct ward_symbols symbols;
	_cleanup_free_ char *text = NULL;
	struct world world = {};
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool good = true;

	ward_symbols_init(&symbols);
	world_random(&world, &symbols, &rng);
	world_print(&world, out);
	fclose(out);
	reading_init(&trial->reading, &symbols);
	reading_add_text(&trial->reading, "world", text, size);
	ward_snapshot_complete(&trial->reading.snapshot);
	trial->engine = ward_engine_load(&trial->reading.snapshot, WARD_NONE);
	ward_groups_init(&trial->groups, &trial->reading.snapshot);
	for (uint32_t i = 0; i < trial->groups.list.n && good; i++)
		good = check_group(trial, &trial->groups.list.items[i]);
	if (!good)
		fprintf(stderr, "seed %" PRIu64 ": a standing and the members differ in\n%s", seed,
			text);
	ward_groups_done(&trial->groups);
	ward_engine_free(trial->engine);
	reading_done(&trial->reading);
	world_done(&world);
	ward_symbols_done(&symbols);
	return good;
}

int main(int argc, char **argv)
{
	uint64_t worlds = argc > 1 ? strtoull(argv[1], NULL, 10) : WORLDS;
	struct trial trial = {};
	bool enough = true;

	for (uint64_t seed = 1; seed <= worlds; seed++)
		if (!check_world(&trial, seed))
			return EXIT_FAILURE;
	for (int kind = 0; kind < WARD_N_STANDING; kind++)
		enough &= trial.of[kind] >= LEAST;
	printf("%" PRIu64 " members, %" PRIu64 " excluded, %" PRIu64 " lacking a label, %" PRIu64
	       " outside\n",
	       trial.of[WARD_STANDING_MEMBER], trial.of[WARD_STANDING_EXCLUDED],
	       trial.of[WARD_STANDING_LACKING], trial.of[WARD_STANDING_OUTSIDE]);
	return !enough;
}
