/* SPDX-License-Identifier: Apache-2.0 */
/* What `ward can` says would change its verdict does: on random worlds the words are carried out in
 * the text of the manifests, which are read again and asked again.  All kinds of policies are
 * there, and everything in them that a server takes. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/explain.h"
#include "analysis/load.h"
#include "oracle/edit.h"
#include "oracle/oracle.h"
#include "oracle/world-read.h"

enum {
	WORLDS = 200,
	CONNS_A_WORLD = 40,
	LEAST = 1000, /* cases of each kind, or the test shows nothing */
};

/* Manifests, read and judged. */
struct judged {
	struct ward_symbols symbols;
	struct reading reading;
	struct ward_engine *engine;
};

/* Who asks for whom, in words. */
struct asked {
	char from[128], to[128];
	bool any_port, deny;
	enum ward_proto proto;
	uint16_t port;
};

struct tally {
	uint64_t allowed, denied; /* verdicts that were turned into these */
	uint64_t by_words;	  /* that no words alone can change */
	uint64_t by_label, by_tier;
};

static void judged_init(struct judged *judged, const char *text)
{
	ward_symbols_init(&judged->symbols);
	reading_init(&judged->reading, &judged->symbols);
	reading_add_text(&judged->reading, "world", text, strlen(text));
	ward_snapshot_complete(&judged->reading.snapshot);
	judged->engine = ward_engine_load(&judged->reading.snapshot, WARD_NONE);
}

static void judged_done(struct judged *judged)
{
	ward_engine_free(judged->engine);
	reading_done(&judged->reading);
	ward_symbols_done(&judged->symbols);
}

static uint32_t n_errors(const struct judged *judged)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < judged->reading.diags.list.n; i++)
		n += judged->reading.diags.list.items[i].severity == WARD_ERROR;
	return n;
}

struct asking {
	struct ward_who who[2];
	struct ward_question question;
	struct ward_answer answer;
};

static void asking_done(struct asking *asking)
{
	ward_answer_done(&asking->answer);
	ward_who_done(&asking->who[0]);
	ward_who_done(&asking->who[1]);
}

/* False: nobody is called so, or they have no family in common. */
static bool ask(const struct judged *judged, const struct asked *asked, struct asking *asking)
{
	const char *const names[] = {asked->from, asked->to};

	*asking = (struct asking){};
	asking->question = (struct ward_question){
		.engine = judged->engine,
		.snapshot = &judged->reading.snapshot,
		.from = &asking->who[0],
		.to = &asking->who[1],
		.any_port = asked->any_port,
		.deny = asked->deny,
		.proto = asked->proto,
		.port = asked->port,
	};
	for (int i = 0; i < 2; i++) {
		_cleanup_free_ char *why = NULL;

		if (ward_who_find(judged->engine, &judged->reading.snapshot, WARD_NONE, names[i],
				  &asking->who[i], &why) < 0)
			return false;
	}
	return ward_explain(&asking->question, &asking->answer) == 0;
}

/* All that one can ask about: who is no pod is also meant by its block, its node, the world. */
static void end_name(const struct world *world, struct rng *rng, const struct conn_end *end,
		     char name[128])
{
	const struct ward_object *some = world->objects.items[rng_below(rng, world->objects.n)];
	char ip[WARD_IP_TEXT];

	ward_ip_str(end->ip, ip);
	if (end->pod)
		snprintf(name, 128, "%s/%s", ward_symbol_str(world->symbols, end->pod->object.ns),
			 ward_symbol_str(world->symbols, end->pod->object.name));
	else if (some->kind == WARD_KIND_NODE)
		snprintf(name, 128, "node:%s", ward_symbol_str(world->symbols, some->name));
	else if (rng_chance(rng, 10))
		snprintf(name, 128, "world");
	else if (rng_chance(rng, 10))
		snprintf(name, 128, "%s/%u", ip, 24 + rng_below(rng, 9));
	else
		snprintf(name, 128, "%s", ip);
}

static void fail(const char *what, const struct asked *asked, const struct ward_answer *answer,
		 const char *before, const char *after)
{
	fprintf(stderr, "%s: %s to %s, port %u/%s%s%s\n", what, asked->from, asked->to, asked->port,
		ward_proto_str(asked->proto), asked->any_port ? ", any port" : "",
		asked->deny ? ", to deny" : "");
	for (uint32_t i = 0; i < answer->n_fixes; i++)
		fprintf(stderr, "fix %u, %s:%s%s\n%s\n", i, ward_tier_str(answer->fixes[i].tier),
			answer->fixes[i].of[WARD_EGRESS] ? " egress" : "",
			answer->fixes[i].of[WARD_INGRESS] ? " ingress" : "", answer->fixes[i].text);
	fprintf(stderr, "==== before\n%s==== after\n%s", before, after);
	exit(1);
}

/* One change for each tier of each side that needs one: the @turn-th where there are several. */
static bool apply_allowing(struct edit *edit, const struct ward_answer *answer, uint32_t turn,
			   struct tally *tally)
{
	for (enum ward_tier tier = 0; tier < WARD_N_TIER; tier++) {
		bool done[WARD_N_DIRECTION] = {};

		for (int direction = 0; direction < WARD_N_DIRECTION; direction++) {
			const struct ward_fix *choices[16];
			uint32_t n = 0;

			for (uint32_t i = 0; i < answer->n_fixes && n < 16; i++)
				if (answer->fixes[i].tier == tier && answer->fixes[i].of[direction])
					choices[n++] = &answer->fixes[i];
			if (!n || done[direction])
				continue;
			if (!edit_apply(edit, choices[turn % n]->text))
				return false;
			tally->by_label += strncmp(choices[turn % n]->text, "give ", 5) == 0;
			tally->by_tier += tier != WARD_TIER_NETWORKPOLICY;
			for (int d = 0; d < WARD_N_DIRECTION; d++)
				done[d] |= choices[turn % n]->of[d];
		}
	}
	return answer->n_fixes > 0;
}

/* Does the way through the tiers, which is gone rule by rule, end where the tables say? */
static bool path_agrees(const struct asked *asked, const struct ward_why *why)
{
	const struct ward_step *last = why->n_steps ? &why->path[why->n_steps - 1] : NULL;

	if (asked->any_port || !why->judged || why->node_exempt)
		return !last;
	if (why->n_deciding)
		return last && last->at.rule == why->deciding[0].rule &&
		       last->says == (why->accept ? WARD_SAYS_ACCEPT : WARD_SAYS_DENY);
	if (why->self_exempt)
		return last && last->says == WARD_SAYS_SELF;
	if (!why->accept)
		return last && last->says == WARD_SAYS_ISOLATED;
	return !last || last->says == WARD_SAYS_NOTHING || last->says == WARD_SAYS_PASS;
}

static bool apply_denying(struct edit *edit, const struct ward_answer *answer)
{
	for (uint32_t i = 0; i < answer->n_fixes; i++)
		if (!edit_apply(edit, answer->fixes[i].text))
			return false;
	return answer->n_fixes > 0;
}

static bool pair_is_turned(const struct asked *asked, const struct ward_pair *pair, bool deny)
{
	if (!asked->any_port)
		return pair->allowed == !deny;
	for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
		if (pair->verdict.side[direction].judged && !pair->opens[direction])
			return false;
	return true;
}

/* Has what was explained the other verdict now, in each family?  Of any port, each end lets
 * something through: what both have in common is another question. */
static bool is_turned(const struct asked *asked, const struct ward_answer *answer,
		      const struct ward_answer *again, bool deny)
{
	const struct ward_pair *explained = answer->explained;

	for (uint32_t i = 0; i < again->pairs.n; i++) {
		const struct ward_pair *pair = &again->pairs.items[i];

		if (strcmp(pair->from->id, explained->from->id) == 0 &&
		    strcmp(pair->to->id, explained->to->id) == 0 &&
		    !pair_is_turned(asked, pair, deny))
			return false;
	}
	return true;
}

/* May an answer be without any words?  Where no rule has a say; and of any port, where the ends
 * open different ones. */
static bool may_be_silent(const struct asked *asked, const struct ward_answer *answer, bool deny)
{
	if (!deny)
		return asked->any_port;
	for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
		if (answer->why[direction].judged && !answer->why[direction].node_exempt)
			return false;
	return true;
}

/* Carries out what the answer says, and asks again. */
static void check(const char *text, const struct judged *judged, const struct asked *asked,
		  const struct ward_answer *answer, uint32_t turn, struct tally *tally)
{
	bool deny = answer->explained->allowed, applied;
	struct asking again;
	struct judged changed;
	struct edit edit;
	_cleanup_free_ char *after = NULL;

	if (!answer->n_fixes && !may_be_silent(asked, answer, deny))
		fail("no words", asked, answer, text, "");
	edit_init(&edit, text);
	applied = deny ? apply_denying(&edit, answer) : apply_allowing(&edit, answer, turn, tally);
	after = edit_text(&edit);
	edit_done(&edit);
	if (!applied) {
		tally->by_words++;
		return;
	}
	judged_init(&changed, after);
	if (n_errors(&changed) != n_errors(judged)) {
		reading_print_diags(&changed.reading, stderr);
		fail("the server would refuse it", asked, answer, text, after);
	}
	if (!ask(&changed, asked, &again))
		fail("cannot be asked again", asked, answer, text, after);
	if (!is_turned(asked, answer, &again.answer, deny))
		fail("the verdict stays", asked, answer, text, after);
	tally->allowed += !deny;
	tally->denied += deny;
	asking_done(&again);
	judged_done(&changed);
}

/* What can be left to a default is, sometimes: policyTypes that follow from the rules (A2.2). */
static char *with_defaults(const struct world *world, struct rng *rng)
{
	char *text = NULL, *at;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	world_print(world, out);
	fclose(out);
	for (at = text; (at = strstr(at, "  policyTypes: [")); at++) {
		if (rng_chance(rng, 50))
			memcpy(at, "  #", 3);
	}
	return text;
}

static void check_world(uint64_t seed, struct tally *tally)
{
	struct rng rng = {.state = seed};
	struct ward_symbols symbols;
	struct world world = {};
	struct judged judged;
	_cleanup_free_ char *text = NULL;

	ward_symbols_init(&symbols);
	world_random(&world, &symbols, &rng);
	text = with_defaults(&world, &rng);
	judged_init(&judged, text);
	for (uint32_t i = 0; i < CONNS_A_WORLD; i++) {
		struct asked asked = {.any_port = rng_chance(&rng, 10)};
		struct asking asking;
		struct conn conn;

		world_random_conn(&world, &rng, &conn);
		end_name(&world, &rng, &conn.from, asked.from);
		end_name(&world, &rng, &conn.to, asked.to);
		asked.proto = conn.proto;
		asked.port = conn.port ? conn.port : 80; /* 0 is none that one can ask about */
		asked.deny = !asked.any_port && rng_chance(&rng, 50);
		if (ask(&judged, &asked, &asking)) {
			if (!path_agrees(&asked, &asking.answer.why[WARD_EGRESS]) ||
			    !path_agrees(&asked, &asking.answer.why[WARD_INGRESS]))
				fail("the path leads elsewhere", &asked, &asking.answer, text, "");
			if (asked.deny || !asking.answer.explained->allowed)
				check(text, &judged, &asked, &asking.answer, rng_below(&rng, 16),
				      tally);
		}
		asking_done(&asking);
	}
	judged_done(&judged);
	world_done(&world);
	ward_symbols_done(&symbols);
}

int main(int argc, char **argv)
{
	uint64_t worlds = argc > 1 ? strtoull(argv[1], NULL, 10) : WORLDS;
	struct tally tally = {};

	for (uint64_t seed = 1; seed <= worlds; seed++)
		check_world(seed, &tally);
	printf("%" PRIu64 " made allowed, %" PRIu64 " made denied; %" PRIu64
	       " rules of a cluster-wide "
	       "tier, %" PRIu64 " labels; %" PRIu64 " not by words alone\n",
	       tally.allowed, tally.denied, tally.by_tier, tally.by_label, tally.by_words);
	return tally.allowed < LEAST || tally.denied < LEAST || tally.by_tier < LEAST;
}
