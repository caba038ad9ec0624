/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine.h"

#include "oracle/judges.h"
#include "policy/lower.h"

const struct ward_usergroup *world_usergroup(const void *world, ward_sym name)
{
	const struct world *in = world;

	for (uint32_t i = 0; i < in->objects.n; i++) {
		const struct ward_object *object = in->objects.items[i];

		if (object->kind == WARD_KIND_USERGROUP && object->name == name)
			return (const struct ward_usergroup *)object;
	}
	return NULL;
}

struct ward_engine *engine_for_node(const struct world *world, ward_sym node)
{
	struct ward_engine *engine = ward_engine_new(world->symbols, node);
	struct ward_policies policies = {};
	struct ward_group_resolver groups = {.find = world_usergroup, .userdata = world};
	const struct ward_lowering lowering = {world->symbols, world->today, &groups};

	if (world->rehearses)
		ward_engine_rehearse(engine);
	for (uint32_t i = 0; i < world->objects.n; i++) {
		ward_engine_put(engine, world->objects.items[i]);
		ward_lower(&lowering, world->objects.items[i], &policies);
	}
	for (uint32_t i = 0; i < policies.list.n; i++)
		ward_engine_put_policy(engine, TAKE_PTR(policies.list.items[i]));
	ward_policies_done(&policies);
	ward_group_resolver_done(&groups);
	ward_engine_commit(engine);
	ward_engine_lay_out(engine);
	return engine;
}

static void *engine_open(const struct world *world)
{
	return engine_for_node(world, WARD_NONE);
}

static void end_resolve(const struct ward_engine *engine, const struct conn_end *end,
			struct ward_end *ret_end)
{
	const struct ward_object *object;

	if (!end->pod) {
		ward_engine_resolve(engine, end->ip, ret_end);
		return;
	}
	object = &end->pod->object;
	ward_engine_end_of(engine, ward_engine_find(engine, object->kind, object->ns, object->name),
			   end->ip.family, ret_end);
}

static struct judged_rule rule_of(const struct ward_tables *tables,
				  const struct ward_decision *decision)
{
	const struct ward_policy *policy = tables->policies[decision->policy];

	return (struct judged_rule){
		.kind = policy->origin.kind,
		.ns = policy->origin.ns,
		.name = policy->origin.name,
		.exempts = policy->rules[decision->rule].is_exemption,
		.index = policy->rules[decision->rule].index,
	};
}

static struct judged_side side_of(const struct ward_tables *tables, const struct ward_side *side)
{
	const struct ward_decision *decision;

	if (!side->judged)
		return (struct judged_side){.by = NOT_JUDGED};
	if (side->node_exempt)
		return (struct judged_side){.by = side->accept ? OWN_NODE : N_JUDGED_BY};
	if (side->self_exempt)
		return (struct judged_side){.by = side->accept ? SELF : N_JUDGED_BY};
	decision = &tables->decisions[side->decision];
	if (side->accept != decision->accept)
		return (struct judged_side){.by = N_JUDGED_BY};
	if (decision->policy == WARD_NONE)
		return (struct judged_side){.by = side->accept ? OPEN : ISOLATED};
	return (struct judged_side){
		.by = side->accept ? BY_RULE : DENIED,
		.rule = rule_of(tables, decision),
	};
}

static const enum ward_hairpin hairpins[N_HAIRPIN] = {
	[HAIRPIN_SPEC] = WARD_HAIRPIN_SPEC,
	[HAIRPIN_ALLOW] = WARD_HAIRPIN_ALLOW,
	[HAIRPIN_EVALUATE] = WARD_HAIRPIN_EVALUATE,
};

void engine_verdict(const struct ward_engine *engine, const struct conn *conn,
		    struct ward_end *ret_from, struct ward_end *ret_to,
		    struct ward_verdict *ret_verdict)
{
	struct ward_via via = {.service = conn->via_service, .hairpin = hairpins[conn->hairpin]};

	end_resolve(engine, &conn->from, ret_from);
	end_resolve(engine, &conn->to, ret_to);
	ward_engine_judge_via(engine, ret_from, ret_to, conn->proto, conn->port, &via, ret_verdict);
}

static void engine_answer(void *self, const struct conn *conn, struct judgement *ret_judgement)
{
	const struct ward_engine *engine = self;
	struct ward_verdict verdict;
	struct ward_end from, to;

	engine_verdict(engine, conn, &from, &to, &verdict);
	ret_judgement->accept = verdict.accept;
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++)
		ret_judgement->side[dir] = side_of(ward_engine_tables(engine), &verdict.side[dir]);
}

static void engine_close(void *self)
{
	ward_engine_free(self);
}

const struct judge engine_judge = {
	.name = "engine",
	.open = engine_open,
	.judge = engine_answer,
	.close = engine_close,
};
