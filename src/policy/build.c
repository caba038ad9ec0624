/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/build.h"

#include <stdlib.h>

struct ward_selector ward_build_selector(struct ward_arena *arena,
					 const struct ward_selector *selector)
{
	struct ward_requirement *items =
		ward_arena_copy(arena, selector->items, selector->n * sizeof(*selector->items));

	for (uint32_t i = 0; i < selector->n; i++)
		items[i].values = ward_arena_copy(arena, items[i].values,
						  items[i].n_values * sizeof(*items[i].values));
	return (struct ward_selector){.n = selector->n, .items = items};
}

void ward_build_ports(struct ward_arena *arena, struct ward_rule *rule,
		      const struct ward_np_port *ports, uint32_t n)
{
	struct ward_port *copies = ward_arena_new_n(arena, struct ward_port, n);

	for (uint32_t i = 0; i < n; i++)
		copies[i] = (struct ward_port){
			.mark = ports[i].mark,
			.proto = ports[i].proto,
			.name = ports[i].name,
			.low = ports[i].low,
			.high = ports[i].high,
		};
	rule->any_port = n == 0;
	rule->n_ports = n;
	rule->ports = copies;
}

static int sym_cmp(const void *a, const void *b)
{
	const ward_sym *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct ward_selector ward_build_in(struct ward_arena *arena, ward_sym key, const ward_sym *values,
				   uint32_t n)
{
	struct ward_requirement *in = ward_arena_new(arena, struct ward_requirement);
	ward_sym *sorted = ward_arena_copy(arena, values, n * sizeof(*values));
	uint32_t n_sorted = 0;

	if (n)
		qsort(sorted, n, sizeof(*sorted), sym_cmp);
	for (uint32_t i = 0; i < n; i++) {
		if (!n_sorted || sorted[n_sorted - 1] != sorted[i])
			sorted[n_sorted++] = sorted[i];
	}
	*in = (struct ward_requirement){
		.key = key,
		.op = WARD_OP_IN,
		.n_values = n_sorted,
		.values = sorted,
		.mark = {.file = WARD_NONE},
	};
	return (struct ward_selector){.n = 1, .items = in};
}
