/* SPDX-License-Identifier: Apache-2.0 */
/* What was put is kept in the inventory and the policies; what is computed of it, in struct
 * compiled (update.c says how).  Numbers that nothing uses any more pile up in there; when most
 * of it is such waste, it is thrown away and computed anew, which the changes that made the waste
 * pay for. */
#include "engine/internal.h"

#include <stdlib.h>

struct ward_engine *ward_engine_new(struct ward_symbols *symbols, ward_sym node)
{
	struct ward_engine *engine = ward_new(struct ward_engine);

	engine->node = node;
	inventory_init(&engine->inventory, symbols);
	return engine;
}

struct ward_engine *ward_engine_free(struct ward_engine *engine)
{
	if (!engine)
		return NULL;
	engine->compiled = compiled_free(engine->compiled);
	policies_done(&engine->policies);
	inventory_done(&engine->inventory);
	free(engine);
	return NULL;
}

void ward_engine_put(struct ward_engine *engine, const struct ward_object *object)
{
	inventory_put(&engine->inventory, object);
}

void ward_engine_rehearse(struct ward_engine *engine)
{
	engine->rehearses = true;
}

bool ward_engine_rehearses(const struct ward_engine *engine)
{
	return engine->rehearses;
}

void ward_engine_put_policy(struct ward_engine *engine, struct ward_policy *policy)
{
	if (policy->staged && !engine->rehearses)
		ward_policy_free(policy);
	else
		policies_put(&engine->policies, policy);
}

bool ward_engine_remove(struct ward_engine *engine, enum ward_kind kind, ward_sym ns, ward_sym name)
{
	if (ward_kind_is_policy(kind))
		return policies_remove(&engine->policies, kind, ns, name);
	return inventory_remove(&engine->inventory, kind, ns, name);
}

void ward_engine_lay_out(struct ward_engine *engine)
{
	struct compiled *compiled = engine->compiled;

	for (uint32_t row = 0; row < compiled->rows.list.n; row++)
		if (compiled->rows.users.items[row])
			rows_lay_out(&compiled->rows, &compiled->identities, &compiled->ruleset,
				     row);
	compiled_publish(compiled);
}

static const struct ward_tables *update(struct ward_engine *engine)
{
	compiled_update(engine->compiled, engine);
	inventory_settle(&engine->inventory);
	policies_settle(&engine->policies);
	engine->compiled->tables.version = ++engine->version;
	if (engine->node != WARD_NONE)
		ward_engine_lay_out(engine);
	return &engine->compiled->tables;
}

const struct ward_tables *ward_engine_recompute(struct ward_engine *engine)
{
	compiled_free(engine->compiled);
	inventory_sort(&engine->inventory);
	policies_sort(&engine->policies, engine->inventory.symbols);
	engine->compiled = compiled_new();
	return update(engine);
}

static bool is_stale(const struct ward_engine *engine)
{
	return compiled_is_stale(engine->compiled) || inventory_is_wasteful(&engine->inventory) ||
	       policies_are_wasteful(&engine->policies);
}

const struct ward_tables *ward_engine_commit(struct ward_engine *engine)
{
	if (!engine->compiled || is_stale(engine))
		return ward_engine_recompute(engine);
	return update(engine);
}

const struct ward_tables *ward_engine_tables(const struct ward_engine *engine)
{
	return &engine->compiled->tables;
}

const struct ward_delta *ward_engine_delta(const struct ward_engine *engine)
{
	return &engine->compiled->delta;
}

struct ward_labels ward_engine_labels(const struct ward_engine *engine, uint32_t labels)
{
	return inventory_labels(&engine->inventory, labels);
}

struct ward_labels ward_engine_namespace_labels(const struct ward_engine *engine, ward_sym ns)
{
	uint32_t index = inventory_find_namespace(&engine->inventory, ns);

	if (index == WARD_NONE)
		return (struct ward_labels){};
	return inventory_labels(&engine->inventory,
				engine->inventory.namespaces.items[index].labels);
}

struct ward_symbols *ward_engine_symbols(const struct ward_engine *engine)
{
	return engine->inventory.symbols;
}

uint32_t ward_engine_find(const struct ward_engine *engine, enum ward_kind kind, ward_sym ns,
			  ward_sym name)
{
	uint32_t slot = inventory_find_pod(&engine->inventory, kind, ns, name);

	/* What was put since the last commit is not in the tables yet. */
	return slot < engine->compiled->endpoints.n && engine->compiled->endpoints.items[slot].live
		       ? slot
		       : WARD_NONE;
}
