/* SPDX-License-Identifier: Apache-2.0 */
/* Why the example of a change was and is as it is: the same explanation that `ward can` gives, on
 * either side, reduced to the policies. */
#include "analysis/diff-parts.h"
#include "analysis/explain.h"

enum {
	EXPLAINED_MAX = 1000 /* beyond that nobody reads them */
};

/* The place as one that can be asked about; false if it is not there. */
static bool who_make(const struct ward_differ *differ, int version, uint32_t place,
		     struct ward_who *who)
{
	const struct ward_diff_place *diff_place = &differ->places.items[place];
	struct ward_member member = {.endpoint = ward_diff_endpoint(differ, version, place)};

	if (diff_place->external) {
		ward_engine_resolve(differ->sides[version].engine, diff_place->range.first,
				    &member.end);
		member.endpoint = WARD_NONE;
		if (member.end.kind != WARD_END_EXTERNAL)
			return false;
	} else if (member.endpoint == WARD_NONE) {
		return false;
	}
	*who = (struct ward_who){.kind = WARD_WHO_PODS, .text = ""};
	member.id = who->text;
	ward_vec_push(&who->members, member);
	return true;
}

static bool is_same_origin(const struct ward_object *a, const struct ward_object *b)
{
	return a->kind == b->kind && a->ns == b->ns && a->name == b->name;
}

/* A GroupPolicy often says the same at both ends: once is enough. */
static bool is_said(const struct ward_diff_why *why, const struct ward_diff_reason *reason)
{
	for (uint32_t i = 0; i < why->n; i++)
		if (why->reasons[i].isolates == reason->isolates &&
		    why->reasons[i].mark.line == reason->mark.line &&
		    is_same_origin(&why->reasons[i].policy->origin, &reason->policy->origin))
			return true;
	return false;
}

static void reason_add(struct ward_differ *differ, struct ward_diff_why *why,
		       struct ward_diff_reason reason)
{
	struct ward_diff_reason *reasons =
		ward_arena_new_n(&differ->diff->arena, struct ward_diff_reason, why->n + 1);

	if (is_said(why, &reason))
		return;
	for (uint32_t i = 0; i < why->n; i++)
		reasons[i] = why->reasons[i];
	reasons[why->n++] = reason;
	why->reasons = reasons;
}

/* One end: the rule that decides, else the policies that isolate. */
static void side_explain(struct ward_differ *differ, const struct ward_why *side,
			 struct ward_diff_why *why)
{
	if (!side->judged || side->accept != why->accept)
		return;
	if (side->n_deciding) {
		reason_add(differ, why,
			   (struct ward_diff_reason){
				   .policy = side->deciding[0].policy,
				   .mark = side->deciding[0].rule->mark,
			   });
		return;
	}
	for (uint32_t i = 0; i < side->n_isolating && !why->accept; i++) {
		const struct ward_policy *policy = side->isolating[i];

		reason_add(differ, why,
			   (struct ward_diff_reason){
				   .isolates = true,
				   .policy = policy,
				   .mark = policy->origin.mark,
			   });
	}
}

static void version_explain(struct ward_differ *differ, struct ward_diff_change *change,
			    int version)
{
	struct ward_diff_example *example = &change->example;
	struct ward_diff_why *why = &example->why[version];
	struct ward_who from = {}, to = {};
	struct ward_question question = {
		.engine = differ->sides[version].engine,
		.snapshot = differ->sides[version].snapshot,
		.from = &from,
		.to = &to,
		.brief = true,
		.proto = example->proto,
		.port = example->port,
	};
	struct ward_answer answer;

	if (who_make(differ, version, example->from, &from) &&
	    who_make(differ, version, example->to, &to) && ward_explain(&question, &answer) == 0) {
		why->accept =
			ward_port_set_has(&change->allow[version], example->proto, example->port);
		why->known = why->accept == answer.explained->allowed &&
			     answer.explained->verdict.reason == WARD_REASON_RULES;
		for (int direction = WARD_N_DIRECTION - 1; direction >= 0 && why->known;
		     direction--)
			side_explain(differ, &answer.why[direction], why);
		ward_answer_done(&answer);
	}
	ward_vec_done(&from.members);
	ward_vec_done(&to.members);
}

/* The first pair that is not a pod with itself; every change has one. */
static void example_choose(const struct ward_diff_change *change, struct ward_diff_example *example)
{
	const struct ward_port_set *set =
		change->gained.n || change->gained.other ? &change->gained : &change->lost;

	example->from = change->from[0];
	example->to = change->to[0];
	if (example->from == example->to && change->n_to > 1)
		example->to = change->to[1];
	else if (example->from == example->to && change->n_from > 1)
		example->from = change->from[1];
	example->proto = set->n ? set->ranges[0].proto : WARD_OTHER;
	example->port = set->n ? set->ranges[0].low : 0;
}

void ward_diff_explain(struct ward_differ *differ, struct ward_diff_change *change)
{
	example_choose(change, &change->example);
	if (differ->n_explained++ >= EXPLAINED_MAX)
		return;
	for (int version = 0; version < WARD_N_VERSION; version++)
		version_explain(differ, change, version);
}
