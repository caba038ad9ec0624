/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/row.h"

void rows_init(struct rows *rows)
{
	*rows = (struct rows){};
	ward_intern(&rows->lists, NULL, 0);
}

void rows_done(struct rows *rows)
{
	for (uint32_t i = 0; i < rows->cells.n; i++)
		ward_vec_done(&rows->cells.items[i].list);
	ward_intern_done(&rows->lists);
	ward_intern_done(&rows->keys);
	ward_intern_done(&rows->map_keys);
	uses_done(&rows->used);
	ward_vec_done(&rows->list);
	ward_vec_done(&rows->cells);
	ward_vec_done(&rows->users);
	ward_vec_done(&rows->maps);
	ward_vec_done(&rows->scratch);
	ward_arena_done(&rows->arena);
}

uint32_t rows_policies(struct rows *rows, const struct ruleset *ruleset,
		       const number_list *subject_scopes, enum ward_direction direction)
{
	number_list policies = {};
	uint32_t id;

	ruleset_applying(ruleset, subject_scopes, direction, &policies);
	id = ward_intern(&rows->lists, policies.items, policies.n * sizeof(*policies.items));
	ward_vec_done(&policies);
	return id;
}

const uint32_t *rows_list(const struct rows *rows, uint32_t list, uint32_t *ret_n)
{
	size_t size;
	const uint32_t *policies = ward_intern_bytes(&rows->lists, list, &size);

	*ret_n = (uint32_t)(size / sizeof(*policies));
	return policies;
}

void rows_add(struct rows *rows, uint32_t row)
{
	rows->users.items[row]++;
}

void rows_drop(struct rows *rows, uint32_t row)
{
	if (row != WARD_NONE)
		rows->users.items[row]--;
}

uint32_t ward_row_cell(const struct ward_row *row, uint32_t identity)
{
	uint32_t low = 0, high = row->n_cells;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (row->cells[middle].identity < identity)
			low = middle + 1;
		else
			high = middle;
	}
	return low < row->n_cells && row->cells[low].identity == identity ? row->cells[low].map
									  : row->rest;
}

static bool has_sym(const ward_sym *names, uint32_t n, ward_sym name)
{
	for (uint32_t i = 0; i < n; i++)
		if (names[i] == name)
			return true;
	return false;
}

/* The ports of the subject that ingress rules of these policies name. */
static uint32_t ports_named(struct identities *identities, const struct ruleset *ruleset,
			    const struct inventory *inventory, const uint32_t *policies, uint32_t n,
			    uint32_t ports)
{
	WARD_VEC(struct named_port) named = {};
	number_list names = {};
	const struct named_port *all;
	uint32_t n_ports, id;

	for (uint32_t i = 0; i < n; i++) {
		const struct ward_policy *policy = ruleset->policies.items[policies[i]];

		for (uint32_t r = 0; r < policy->n_rules; r++)
			for (uint32_t p = 0; p < policy->rules[r].n_ports; p++)
				if (policy->rules[r].direction == WARD_INGRESS &&
				    policy->rules[r].ports[p].name != WARD_NONE)
					ward_vec_push(&names, policy->rules[r].ports[p].name);
	}
	all = inventory_ports(inventory, ports, &n_ports);
	for (uint32_t i = 0; i < n_ports; i++)
		if (has_sym(names.items, names.n, all[i].name))
			ward_vec_push(&named, all[i]);
	id = ward_intern(&identities->port_sets, named.items, named.n * sizeof(*named.items));
	ward_vec_done(&named);
	ward_vec_done(&names);
	return id;
}

/* What the rules of these policies ask of the subject itself. */
static void key_bind(struct row_key *key, const struct rows *rows, struct identities *identities,
		     const struct ruleset *ruleset, const struct inventory *inventory,
		     const struct pod_shape *subject)
{
	bool is_bound = false, names_ports = false;
	uint32_t n;
	const uint32_t *policies = rows_list(rows, key->list, &n);

	for (uint32_t i = 0; i < n; i++) {
		is_bound |= ruleset->states.items[policies[i]].is_bound;
		names_ports |= ruleset->states.items[policies[i]].names_ports;
	}
	if (is_bound)
		key->environment = inventory->namespaces.items[subject->ns].environment;
	if (names_ports && key->direction == WARD_INGRESS)
		key->ports =
			ports_named(identities, ruleset, inventory, policies, n, subject->ports);
}

static void row_begin(struct rows *rows, const struct ruleset *ruleset, const struct row_key *key)
{
	struct ward_row row = {.direction = key->direction};

	row.policies = rows_list(rows, key->list, &row.n_policies);
	for (uint32_t i = 0; i < row.n_policies; i++)
		row.isolated |= ruleset->policies.items[row.policies[i]]->isolates[key->direction];
	ward_vec_push(&rows->list, row);
	ward_vec_push(&rows->cells, (struct row_cells){});
	ward_vec_push(&rows->users, 0);
}

uint32_t rows_intern(struct rows *rows, struct identities *identities,
		     const struct ruleset *ruleset, const struct inventory *inventory,
		     enum ward_direction direction, uint32_t list, const struct pod_shape *subject)
{
	struct row_key key = {direction, list, WARD_NONE, WARD_NONE};
	uint32_t id;

	if (list == 0)
		key.direction = 0; /* row 0, open, is one for both */
	else
		key_bind(&key, rows, identities, ruleset, inventory, subject);
	id = ward_intern(&rows->keys, &key, sizeof(key));
	if (id == rows->list.n)
		row_begin(rows, ruleset, &key);
	return id;
}
