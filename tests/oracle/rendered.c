/* SPDX-License-Identifier: Apache-2.0 */
/* What is rendered means what it was made from.
 *
 * A random world with one GroupPolicy is printed and read, the policy is rendered to text, and the
 * text is read again by the decoders that read everybody's policies.  Then the world with the
 * GroupPolicy and the world with the rendering are asked the same questions: the oracle and the
 * engine must say the same of both.  Worlds of which something cannot be expressed do not count.
 *
 * And the bytes are the same when the world is read backwards, with other symbols. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "oracle/judges.h"
#include "oracle/world-read.h"
#include "render/render.h"

enum {
	CONNS_A_WORLD = 120
};

static const struct judge *const asked[] = {&engine_judge};

struct tally {
	uint64_t expressed, refused, objects, closed, accepted, denied;
};

/* The first GroupPolicy is kept; which one that is, is random already.  Policies of others in the
 * tiers are often in the way: mostly they go, too. */
static bool one_policy_keep(struct world *world, bool with_cluster)
{
	uint32_t n = 0;
	bool found = false;

	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];
		bool is_group = object->kind == WARD_KIND_GROUPPOLICY;

		if ((!is_group || !found) &&
		    (with_cluster || !ward_kind_is_cluster_policy(object->kind)))
			world->objects.items[n++] = object;
		found |= is_group;
	}
	world->objects.n = n;
	return found;
}

static char *world_text(const struct world *world, size_t *ret_size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_size);

	assert(out);
	world_print(world, out);
	fclose(out);
	return text;
}

/* The text of the rendering, or NULL: refused. */
static char *rendering_text(const struct reading *reading, enum ward_render_target target,
			    uint32_t *ret_n)
{
	struct ward_rendering rendering;
	struct ward_diags diags = {};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert(out);
	ward_render(&reading->snapshot, target, &diags, &rendering);
	ward_rendering_write(&rendering, false, out);
	fclose(out);
	*ret_n = rendering.objects.n;
	if (ward_diags_has_errors(&diags)) {
		free(text);
		text = NULL;
	}
	ward_rendering_done(&rendering);
	ward_diags_done(&diags);
	return text;
}

/* @ret_after: what is in @before, with the policies of @rendered for the GroupPolicy. */
static void policy_replace(const struct world *before, const struct world *rendered,
			   struct world *ret_after)
{
	*ret_after = (struct world){.symbols = before->symbols, .today = before->today};
	for (uint32_t i = 0; i < before->objects.n; i++)
		if (before->objects.items[i]->kind != WARD_KIND_GROUPPOLICY)
			ward_vec_push(&ret_after->objects, before->objects.items[i]);
	for (uint32_t i = 0; i < rendered->objects.n; i++)
		if (ward_kind_is_policy(rendered->objects.items[i]->kind))
			ward_vec_push(&ret_after->objects, rendered->objects.items[i]);
}

static bool judgements_agree(const struct judgement *a, const struct judgement *b)
{
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++)
		if (a->side[dir].by != b->side[dir].by)
			return false;
	return a->accept == b->accept;
}

static bool conn_check(const struct world *before, const struct world *after, void *const *selves,
		       const struct conn *conn, struct tally *tally)
{
	struct judgement old = {}, new = {};

	oracle_judge(before, conn, &old);
	oracle_judge(after, conn, &new);
	tally->accepted += old.accept;
	tally->denied += !old.accept;
	if (!judgements_agree(&old, &new)) {
		printf("# before: ");
		judgement_print(before, &old, stdout);
		printf("# rendered: ");
		judgement_print(after, &new, stdout);
		return false;
	}
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(asked); i++) {
		asked[i]->judge(selves[i], conn, &new);
		if (!judgement_check(after, conn, asked[i]->name, &new))
			return false;
	}
	return true;
}

/* On the network of its node, and without an address: in `any`, and in no network that stands for
 * it.  Only in files is there such a pod. */
static bool is_nowhere(const struct conn_end *end)
{
	return end->pod && end->pod->host_network && end->ip.family == WARD_FAMILY_NONE;
}

static bool worlds_agree(const struct world *before, const struct world *after, struct rng *rng,
			 struct tally *tally)
{
	void *selves[WARD_ARRAY_SIZE(asked)];
	bool agree = true;

	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(asked); i++)
		selves[i] = asked[i]->open(after);
	for (uint32_t n = 0; agree && n < CONNS_A_WORLD; n++) {
		struct conn conn;

		world_random_conn(before, rng, &conn);
		if (is_nowhere(&conn.from) || is_nowhere(&conn.to))
			continue;
		agree = conn_check(before, after, selves, &conn, tally);
		if (!agree) {
			printf("# ");
			conn_print(before, &conn, stdout);
		}
	}
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(asked); i++)
		asked[i]->close(selves[i]);
	return agree;
}

/* Reads the rendering and compares. */
static bool rendering_check(const struct reading *reading, const struct world *before,
			    const char *text, struct rng *rng, struct tally *tally)
{
	struct world rendered, after;
	struct reading again;
	bool agree;

	reading_init(&again, before->symbols);
	reading_add_text(&again, "rendered.yaml", text, strlen(text));
	reading_world(&again, &rendered);
	agree = !ward_diags_has_errors(&again.diags);
	if (!agree)
		reading_print_diags(&again, stdout);
	policy_replace(before, &rendered, &after);
	agree = agree && worlds_agree(before, &after, rng, tally);
	world_done(&after);
	world_done(&rendered);
	reading_done(&again);
	return agree;
}

/* The same bytes from the world backwards? */
static bool bytes_agree(const struct world *world, enum ward_render_target target,
			const char *expected)
{
	struct world copy = {};
	struct ward_symbols symbols;
	struct reading reading;
	struct world unused;
	_cleanup_free_ char *text = NULL, *got = NULL;
	size_t size;
	uint32_t n;

	world_copy(&copy, world);
	for (uint32_t i = 0; i < copy.objects.n / 2; i++) {
		const struct ward_object *swap = copy.objects.items[i];

		copy.objects.items[i] = copy.objects.items[copy.objects.n - 1 - i];
		copy.objects.items[copy.objects.n - 1 - i] = swap;
	}
	text = world_text(&copy, &size);
	ward_symbols_init(&symbols);
	reading_init(&reading, &symbols);
	reading_add_text(&reading, "world.yaml", text, size);
	reading_world(&reading, &unused);
	got = rendering_text(&reading, target, &n);
	if (!got || strcmp(expected, got) != 0)
		printf("# read backwards it is rendered as\n%s\n", got ? got : "nothing");
	world_done(&unused);
	world_done(&copy);
	reading_done(&reading);
	ward_symbols_done(&symbols);
	return got && strcmp(expected, got) == 0;
}

static bool reading_check(const struct reading *reading, const struct world *world, struct rng *rng,
			  struct tally *tally)
{
	enum ward_render_target target =
		rng_chance(rng, 30) ? WARD_RENDER_NETWORKPOLICY : WARD_RENDER_CNP;
	_cleanup_free_ char *text = NULL;
	uint32_t n;
	bool agree;

	text = rendering_text(reading, target, &n);
	if (!text || !n) {
		tally->refused++;
		return true;
	}
	agree = rendering_check(reading, world, text, rng, tally) &&
		bytes_agree(world, target, text);
	tally->expressed++;
	tally->objects += n;
	if (!agree) {
		world_print(world, stdout);
		printf("# ---- rendered ----\n%s", text);
	}
	return agree;
}

static bool world_read_check(const struct world *world, struct rng *rng, struct tally *tally)
{
	_cleanup_free_ char *text = NULL;
	struct world as_read;
	struct reading reading;
	size_t size;
	bool agree;

	text = world_text(world, &size);
	reading_init(&reading, world->symbols);
	reading_add_text(&reading, "world.yaml", text, size);
	reading_world(&reading, &as_read);
	agree = reading_check(&reading, &as_read, rng, tally);
	world_done(&as_read);
	reading_done(&reading);
	return agree;
}

/* False at the first mismatch, which has been printed. */
static bool world_check(uint64_t seed, struct tally *tally)
{
	struct rng rng = {.state = seed};
	struct ward_symbols symbols;
	struct world world = {};
	bool agree = true;

	ward_symbols_init(&symbols);
	world_random(&world, &symbols, &rng);
	if (one_policy_keep(&world, rng_chance(&rng, 25)))
		agree = world_read_check(&world, &rng, tally);
	if (!agree)
		printf("# mismatch in the world of seed %" PRIu64 "\n", seed);
	world_done(&world);
	ward_symbols_done(&symbols);
	return agree;
}

int main(int argc, char **argv)
{
	uint64_t worlds = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	struct tally tally = {};
	bool agree = true;

	for (uint64_t n = 0; agree && tally.expressed < worlds; n++)
		agree = world_check(seed + n, &tally);
	printf("seed %" PRIu64 ": %" PRIu64 " worlds rendered to %" PRIu64 " objects, %" PRIu64
	       " refused or empty; %" PRIu64 " connections accepted, %" PRIu64 " denied: %s\n",
	       seed, tally.expressed, tally.objects, tally.refused, tally.accepted, tally.denied,
	       agree ? "all agree" : "MISMATCH");
	return agree && tally.accepted && tally.denied ? EXIT_SUCCESS : EXIT_FAILURE;
}
