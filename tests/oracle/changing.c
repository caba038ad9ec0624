/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/changing.h"

#include "engine/engine.h"

#include "oracle/judges.h"
#include "oracle/same.h"
#include "policy/lower.h"

static bool world_take_out(struct world *world, const struct ward_object *key)
{
	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];

		if (object->kind != key->kind || object->ns != key->ns || object->name != key->name)
			continue;
		for (; i + 1 < world->objects.n; i++)
			world->objects.items[i] = world->objects.items[i + 1];
		world->objects.n--;
		return true;
	}
	return false;
}

/* A namespace is there as long as something refers to it, and a GroupPolicy may say nothing. */
static bool is_always_known(enum ward_kind kind)
{
	return kind != WARD_KIND_NAMESPACE && kind != WARD_KIND_GROUPPOLICY &&
	       kind != WARD_KIND_USERGROUP;
}

static void policy_put(struct changing *changing, const struct ward_object *object)
{
	struct ward_group_resolver groups = {.find = world_usergroup, .userdata = &changing->now};
	const struct ward_lowering lowering = {changing->now.symbols, changing->now.today, &groups};
	struct ward_policies policies = {};

	ward_engine_remove(changing->engine, object->kind, object->ns, object->name);
	ward_lower(&lowering, object, &policies);
	for (uint32_t i = 0; i < policies.list.n; i++)
		ward_engine_put_policy(changing->engine, TAKE_PTR(policies.list.items[i]));
	ward_policies_done(&policies);
	ward_group_resolver_done(&groups);
}

/* All that could depend on a UserGroup. */
static void groups_follow(struct changing *changing)
{
	for (uint32_t i = 0; i < changing->now.objects.n; i++)
		if (changing->now.objects.items[i]->kind == WARD_KIND_GROUPPOLICY)
			policy_put(changing, changing->now.objects.items[i]);
}

bool changing_remove(struct changing *changing, const struct ward_object *object)
{
	bool had = world_take_out(&changing->now, object);
	bool knew = ward_engine_remove(changing->engine, object->kind, object->ns, object->name);

	if (had && object->kind == WARD_KIND_USERGROUP)
		groups_follow(changing);
	return knew == had || !is_always_known(object->kind);
}

void changing_put(struct changing *changing, const struct ward_object *object)
{
	world_take_out(&changing->now, object);
	ward_vec_push(&changing->now.objects, object);
	if (ward_kind_is_policy(object->kind))
		policy_put(changing, object);
	else if (object->kind == WARD_KIND_USERGROUP)
		groups_follow(changing);
	else
		ward_engine_put(changing->engine, object);
}

static bool conn_agrees(const struct changing *changing, const struct judge *judge,
			const struct conn *conn)
{
	struct judgement got = {};

	judge->judge(changing->engine, conn, &got);
	return judgement_check(&changing->now, conn, judge->name, &got);
}

bool changing_agrees(const struct changing *changing, struct rng *rng, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct conn conn;

		world_random_conn(&changing->now, rng, &conn);
		if (!conn_agrees(changing, &engine_judge, &conn) ||
		    !conn_agrees(changing, &rules_judge, &conn))
			return false;
	}
	return true;
}

bool changing_is_as_from_scratch(const struct changing *changing, ward_sym node)
{
	struct ward_engine *scratch = engine_for_node(&changing->now, node);
	bool same;

	ward_engine_lay_out(changing->engine);
	same = engines_are_same(changing->engine, scratch);
	ward_engine_free(scratch);
	return same;
}

void changing_init(struct changing *changing, struct ward_symbols *symbols, ward_sym node,
		   const struct world *first)
{
	*changing = (struct changing){.now = {.symbols = symbols, .today = WORLD_TODAY}};
	changing->engine = ward_engine_new(symbols, node);
	for (uint32_t i = 0; first && i < first->objects.n; i++)
		changing_put(changing, first->objects.items[i]);
}

void changing_done(struct changing *changing)
{
	ward_engine_free(changing->engine);
	world_done(&changing->now);
}
