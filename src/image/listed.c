// SPDX-License-Identifier: Apache-2.0
#include "image/listed.h"

#include <string.h>

void ward_listed_done(struct ward_listed *listed)
{
	ward_vec_done(&listed->entries);
	ward_vec_done(&listed->locals);
	ward_vec_done(&listed->free);
	ward_bits_done(&listed->touched);
}

static uint32_t record_take(struct ward_listed *listed)
{
	if (listed->free.n)
		return listed->free.items[--listed->free.n];
	ward_vec_push(&listed->locals, (struct ward_record){});
	return listed->locals.n - 1;
}

static void record_give(struct ward_listed *listed, uint32_t record)
{
	listed->locals.items[record].number = WARD_NONE;
	ward_vec_push(&listed->free, record);
}

static void record_rows(struct ward_record *record, const struct ward_tables *tables)
{
	memcpy(record->row, tables->endpoints[record->endpoint].row, sizeof(record->row));
}

/* Policies that came or went: endpoints that have changed have other rows. */
static void records_follow(struct ward_listed *listed, const struct ward_tables *tables,
			   const struct ward_delta *delta)
{
	for (uint32_t i = 0; i < delta->n_endpoints; i++)
		ward_bits_add(&listed->touched, delta->endpoints[i]);
	for (uint32_t i = 0; i < listed->locals.n && delta->n_endpoints; i++) {
		struct ward_record *record = &listed->locals.items[i];

		if (record->number != WARD_NONE &&
		    ward_bits_has(&listed->touched, record->endpoint))
			record_rows(record, tables);
	}
	for (uint32_t i = 0; i < delta->n_endpoints; i++)
		ward_bits_remove(&listed->touched, delta->endpoints[i]);
}

static bool is_local(const struct ward_endpoint *endpoint)
{
	return endpoint && endpoint->managed &&
	       (endpoint->row[WARD_INGRESS] != WARD_NONE ||
		endpoint->row[WARD_EGRESS] != WARD_NONE);
}

/* An address of the node itself, or of a pod that shares its network (A10.1, A10.3). */
static bool is_own(const struct ward_listed *listed, const struct ward_tables *tables,
		   const struct ward_address *address, const struct ward_endpoint *endpoint)
{
	if (listed->node == WARD_NONE)
		return false;
	if (address->node != WARD_NONE)
		return tables->nodes[address->node].name == listed->node;
	return endpoint && endpoint->host_network && endpoint->node == listed->node;
}

static void entry_follow(struct ward_listed *listed, const struct ward_tables *tables,
			 uint32_t number)
{
	const struct ward_address *address = &tables->addresses[number];
	const struct ward_endpoint *endpoint =
		address->endpoint == WARD_NONE ? NULL : &tables->endpoints[address->endpoint];
	struct ward_entry *entry = &listed->entries.items[number];
	bool is_there = address->ip.family != WARD_FAMILY_NONE;
	bool was_local = WARD_VALUE_KIND(entry->value) == WARD_AT_LOCAL;
	uint32_t record = WARD_VALUE_NUMBER(entry->value);

	if (is_there && is_local(endpoint)) {
		record = was_local ? record : record_take(listed);
		listed->locals.items[record] = (struct ward_record){
			.number = number,
			.endpoint = address->endpoint,
			.shape = address->shape,
		};
		record_rows(&listed->locals.items[record], tables);
		entry->value = WARD_VALUE(WARD_AT_LOCAL, record);
	} else {
		if (was_local)
			record_give(listed, record);
		entry->value = 0;
	}
	if (!is_there)
		return;
	entry->hi = address->ip.hi;
	entry->lo = address->ip.lo;
	entry->family = address->ip.family;
	if (!entry->value)
		entry->value = WARD_VALUE(is_own(listed, tables, address, endpoint) ? WARD_AT_NODE
										    : WARD_AT_OTHER,
					  address->shape);
}

void ward_listed_follow(struct ward_listed *listed, const struct ward_tables *tables,
			const struct ward_delta *delta)
{
	uint32_t n = delta ? listed->entries.n : 0;

	ward_vec_reserve(&listed->entries, tables->n_addresses);
	listed->entries.n = tables->n_addresses;
	if (tables->n_addresses > n)
		memset(listed->entries.items + n, 0,
		       (tables->n_addresses - n) * sizeof(*listed->entries.items));
	if (delta) {
		for (uint32_t i = 0; i < delta->n_addresses; i++)
			entry_follow(listed, tables, delta->addresses[i]);
		records_follow(listed, tables, delta);
		return;
	}
	ward_vec_clear(&listed->locals);
	ward_vec_clear(&listed->free);
	for (uint32_t i = 0; i < tables->n_addresses; i++)
		entry_follow(listed, tables, i);
}
