/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a row one by one, as explanations go through them: what they say together is what
 * the tables say.  Which sides are judged and which are exempt is taken from the engine. */
#include "engine/engine.h"

#include "oracle/judges.h"

struct question {
	const struct ward_engine *engine;
	const struct ward_end *subject, *other, *destination;
	enum ward_direction direction;
	enum ward_proto proto;
	uint16_t port;
};

static bool rule_matches(const struct question *question, const struct ward_rule *rule)
{
	return rule->direction == question->direction &&
	       ward_rule_matches_peer(question->engine, rule, question->subject, question->other) &&
	       ward_rule_matches_port(question->engine, rule, question->destination,
				      question->proto, question->port);
}

/* The first rule of the policy that matches, or NULL. */
static const struct ward_rule *policy_match(const struct question *question,
					    const struct ward_policy *policy)
{
	for (uint32_t i = 0; i < policy->n_rules; i++) {
		if (rule_matches(question, &policy->rules[i]))
			return &policy->rules[i];
	}
	return NULL;
}

static struct judged_side judged_by_rule(const struct ward_policy *policy,
					 const struct ward_rule *rule)
{
	return (struct judged_side){
		.by = rule->action == WARD_ACCEPT ? BY_RULE : DENIED,
		.rule = {.kind = policy->origin.kind,
			 .ns = policy->origin.ns,
			 .name = policy->origin.name,
			 .exempts = rule->is_exemption,
			 .index = rule->index},
	};
}

/* NOT_JUDGED: go on with the next tier. */
static struct judged_side tier_judge(const struct question *question, const struct ward_row *row,
				     enum ward_tier tier)
{
	const struct ward_tables *tables = ward_engine_tables(question->engine);

	for (uint32_t i = 0; i < row->n_policies; i++) {
		const struct ward_policy *policy = tables->policies[row->policies[i]];
		const struct ward_rule *rule =
			policy->tier == tier ? policy_match(question, policy) : NULL;

		if (rule && rule->action == WARD_PASS)
			return (struct judged_side){.by = NOT_JUDGED};
		if (rule)
			return judged_by_rule(policy, rule);
	}
	if (tier == WARD_TIER_NETWORKPOLICY && row->isolated)
		return (struct judged_side){.by = ISOLATED};
	return (struct judged_side){.by = NOT_JUDGED};
}

static struct judged_side side_judge(const struct question *question, const struct ward_row *row)
{
	for (enum ward_tier tier = 0; tier < WARD_N_TIER; tier++) {
		struct judged_side judged = tier_judge(question, row, tier);

		if (judged.by != NOT_JUDGED)
			return judged;
	}
	return (struct judged_side){.by = OPEN};
}

static void rules_answer(void *self, const struct conn *conn, struct judgement *ret_judgement)
{
	const struct ward_engine *engine = self;
	const struct ward_tables *tables = ward_engine_tables(engine);
	struct ward_verdict verdict;
	struct ward_end ends[WARD_N_DIRECTION];

	engine_verdict(engine, conn, &ends[WARD_EGRESS], &ends[WARD_INGRESS], &verdict);
	*ret_judgement = (struct judgement){.accept = true};
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		const struct ward_side *side = &verdict.side[dir];
		struct judged_side *judged = &ret_judgement->side[dir];
		struct question question = {
			.engine = engine,
			.subject = &ends[dir],
			.other = &ends[!dir],
			.destination = &ends[WARD_INGRESS],
			.direction = dir,
			.proto = conn->proto,
			.port = conn->port,
		};

		if (!side->judged)
			continue;
		if (side->node_exempt)
			judged->by = OWN_NODE;
		else
			*judged = side_judge(&question, &tables->rows[side->row]);
		if (judged->by == ISOLATED && side->self_exempt)
			judged->by = SELF;
		ret_judgement->accept &= !denies(judged->by);
	}
}

static void *rules_open(const struct world *world)
{
	return engine_for_node(world, WARD_NONE);
}

static void rules_close(void *self)
{
	ward_engine_free(self);
}

const struct judge rules_judge = {
	.name = "rules one by one",
	.open = rules_open,
	.judge = rules_answer,
	.close = rules_close,
};
