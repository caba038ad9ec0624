/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/build.h"

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
