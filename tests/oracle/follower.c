/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/follower.h"

#include <stdio.h>
#include <string.h>

/* Grows @vec to @want, zeroed. */
#define grow(vec, want)                                                                            \
	do {                                                                                       \
		uint32_t _old = (vec)->n;                                                          \
		ward_vec_reserve((vec), (want));                                                   \
		(vec)->n = (want);                                                                 \
		if ((want) > _old)                                                                 \
			memset((vec)->items + _old, 0, ((want)-_old) * sizeof(*(vec)->items));     \
	} while (0)

/* Takes over what is listed, or everything. */
#define take(vec, from, total, everything, n_listed, listed)                                       \
	do {                                                                                       \
		grow((vec), (total));                                                              \
		if ((everything) && (total))                                                       \
			memcpy((vec)->items, (from), (total) * sizeof(*(vec)->items));             \
		for (uint32_t _i = 0; _i < (n_listed); _i++)                                       \
			memcpy(&(vec)->items[(listed)[_i]], &(from)[(listed)[_i]],                 \
			       sizeof(*(vec)->items));                                             \
	} while (0)

static bool is_same(const char *what, const void *a, const void *b, size_t size)
{
	if (!size || memcmp(a, b, size) == 0)
		return true;
	printf("# changed, and not said: %s\n", what);
	return false;
}

bool follower_keeps_up(struct follower *follower, const struct ward_engine *engine)
{
	const struct ward_tables *tables = ward_engine_tables(engine);
	const struct ward_delta *delta = ward_engine_delta(engine);

	take(&follower->endpoints, tables->endpoints, tables->n_endpoints, delta->everything,
	     delta->n_endpoints, delta->endpoints);
	take(&follower->addresses, tables->addresses, tables->n_addresses, delta->everything,
	     delta->n_addresses, delta->addresses);
	take(&follower->shapes, tables->shape_identity, tables->n_shapes, delta->everything,
	     delta->n_shapes, delta->shapes);
	if (delta->prefixes) {
		ward_vec_clear(&follower->prefixes);
		for (uint32_t i = 0; i < tables->n_prefixes; i++) {
			grow(&follower->prefixes, i + 1);
			memcpy(&follower->prefixes.items[i], &tables->prefixes[i],
			       sizeof(*tables->prefixes));
		}
	}
	return follower->prefixes.n == tables->n_prefixes &&
	       is_same("endpoints", follower->endpoints.items, tables->endpoints,
		       tables->n_endpoints * sizeof(*tables->endpoints)) &&
	       is_same("addresses", follower->addresses.items, tables->addresses,
		       tables->n_addresses * sizeof(*tables->addresses)) &&
	       is_same("shapes", follower->shapes.items, tables->shape_identity,
		       tables->n_shapes * sizeof(*tables->shape_identity)) &&
	       is_same("prefixes", follower->prefixes.items, tables->prefixes,
		       tables->n_prefixes * sizeof(*tables->prefixes));
}

void follower_done(struct follower *follower)
{
	ward_vec_done(&follower->endpoints);
	ward_vec_done(&follower->addresses);
	ward_vec_done(&follower->shapes);
	ward_vec_done(&follower->prefixes);
}
